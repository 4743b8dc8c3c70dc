#include "runtime/job_scheduler.h"

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {

BatchLog::~BatchLog() = default;

namespace detail {

JobScheduler::JobScheduler(const Parts& parts, std::uint32_t max_in_flight)
    : parts_(parts), max_in_flight_(max_in_flight) {}

JobScheduler::~JobScheduler() = default;

void JobScheduler::submit(Time from, Time until, BatchBlocks blocks,
                          std::vector<SourceRange> ranges, std::size_t max_queued) {
  BatchInfo info;
  info.batch_time = until;
  info.from = from;
  info.sources = std::move(ranges);
  for (const SourceRange& range : info.sources) info.records += range.records;
  info.submission_time = parts_.clock.now();
  {
    std::lock_guard lock(mutex_);
    if (halted_) return;
    BatchInfo* const last = pending_.empty() ? nullptr : &pending_.back();
    if (last != nullptr &&
        ((last->records == 0 && info.records == 0) || pending_.size() >= max_queued)) {
      parts_.blocks.extend(last->batch_time, until, std::move(blocks));
      last->batch_time = until;
      last->records += info.records;
      for (std::size_t s = 0; s < last->sources.size(); ++s) {
        last->sources[s].records += info.sources[s].records;
      }
    } else {
      parts_.blocks.put(until, std::move(blocks));
      pending_.push_back(info);
    }
  }
  if (parts_.listeners.has_listeners()) {
    parts_.listeners.post([info](StreamingListener& l) { l.on_batch_submitted(info); });
  }
  advance();
}

bool JobScheduler::has_room() const {
  std::lock_guard lock(mutex_);
  return !halted_ && pending_.empty() && in_flight_.size() < max_in_flight_;
}

/// Commits and starts whatever can be, until nothing can. Whoever comes while another thread does
/// so leaves it a note.
void JobScheduler::advance() {
  std::unique_lock lock(mutex_);
  again_ = true;
  if (advancing_) return;
  advancing_ = true;
  bool completed = false;
  while (again_) {
    again_ = false;
    while (commit_front(lock)) completed = true;
    while (start_next(lock)) {
    }
  }
  advancing_ = false;
  const bool halted = halted_;
  idle_.notify_all();
  lock.unlock();
  if (completed && !halted) parts_.observer.batch_done();
}

bool JobScheduler::start_next(std::unique_lock<std::mutex>& lock) {
  if (halted_ || pending_.empty() || in_flight_.size() >= max_in_flight_) return false;
  BatchInfo info = std::move(pending_.front());
  pending_.pop_front();
  InFlight next;
  if (spare_runs_.empty()) {
    next.run = std::make_unique<Run>(parts_.compiled, *this);
  } else {
    next.run = std::move(spare_runs_.back());
    spare_runs_.pop_back();
  }
  next.gated = !in_flight_.empty();
  Run& run = *next.run;
  const bool gated = next.gated;
  in_flight_.push_back(std::move(next));
  lock.unlock();
  const RunSettings& settings = parts_.compiled.settings();
  try {
    parts_.log.alloc({info.batch_time, info.from, info.sources, settings.exchange.partitions,
                      settings.slice_records});
  } catch (...) {
    run.fail(std::current_exception());
  }
  BatchBlocks blocks = parts_.blocks.get(info.batch_time);
  const std::exception_ptr error = run.error();
  run.reset(std::move(info), std::move(blocks), gated);
  if (error) run.fail(error);
  parts_.runner.submit(run);
  lock.lock();
  return true;
}

void JobScheduler::run_complete(Run& run) {
  {
    std::lock_guard lock(mutex_);
    for (InFlight& batch : in_flight_) {
      if (batch.run.get() == &run) batch.computed = true;
    }
  }
  advance();
}

namespace {

void resume_after_room(void* scheduler) {
  // The host took a batch out of a channel: what waited for room may go on.
  static_cast<RunObserver*>(scheduler);
}

}  // namespace

bool JobScheduler::commit_front(std::unique_lock<std::mutex>& lock) {
  if (in_flight_.empty() || !in_flight_.front().computed) return false;
  Run& run = *in_flight_.front().run;
  if (run.failed() || halted_) {
    fail_front(lock);
    return true;
  }
  if (!outputs_ready()) return false;
  lock.unlock();
  BatchInfo info = run.info();
  info.failed_attempts = run.failed_attempts();
  info.processing_start =
      run.first_start() == Time() ? info.submission_time : run.first_start();
  try {
    parts_.log.prepare(info.batch_time);
    parts_.log.commit(info.batch_time);
  } catch (...) {
    run.fail(std::current_exception());
    lock.lock();
    fail_front(lock);
    return true;
  }
  publish(run, info);
  run.release();
  parts_.blocks.remove(info.batch_time);
  lock.lock();
  spare_runs_.push_back(std::move(in_flight_.front().run));
  in_flight_.pop_front();
  ++completed_;
  if (!in_flight_.empty() && in_flight_.front().gated) {
    in_flight_.front().gated = false;
    Run& next = *in_flight_.front().run;
    lock.unlock();
    parts_.runner.open_gate(next);
    lock.lock();
  }
  return true;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
