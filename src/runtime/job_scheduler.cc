#include "runtime/job_scheduler.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "dstream/error.h"
#include "runtime/callback_scope.h"

namespace dstream {
inline namespace v1 {

BatchLog::~BatchLog() = default;

namespace detail {
namespace {

std::exception_ptr stopped_error() {
  return std::make_exception_ptr(
      Error(Errc::illegal_state, "the context was stopped while the batch ran"));
}

/// Appends one description to another; bounded, because a batch may wait for many intervals.
void append_description(std::string& all, const std::string& next) {
  constexpr std::size_t kLongest = std::size_t{4} << 10;
  constexpr std::string_view kMore = "; …";
  if (next.empty() || all.ends_with(kMore)) return;
  if (all.size() + next.size() > kLongest) {
    all += kMore;
    return;
  }
  if (!all.empty()) all += "; ";
  all += next;
}

/// Lets a batch cover what `next` covers, too.
void extend(BatchInfo& batch, const BatchInfo& next) {
  batch.batch_time = next.batch_time;
  batch.records += next.records;
  for (std::size_t s = 0; s < batch.sources.size(); ++s) {
    batch.sources[s].records += next.sources[s].records;
    append_description(batch.sources[s].description, next.sources[s].description);
  }
}

/// ALLOC. Returns what the log throws.
std::exception_ptr allocate(BatchLog& log, const BatchInfo& info, const RunSettings& settings) {
  try {
    log.alloc({info.batch_time, info.from, info.sources, settings.exchange.partitions,
               settings.slice_records});
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

/// Moves the scheduler on when a host takes a batch out of a full channel; outlives it where the
/// host still holds the channel.
class JobScheduler::RoomAlarm final : public RoomWaiter {
 public:
  explicit RoomAlarm(JobScheduler& scheduler) : scheduler_(&scheduler) {}
  void room() override {
    std::unique_lock lock(mutex_);
    if (scheduler_ == nullptr) return;
    JobScheduler& scheduler = *scheduler_;
    ++calls_;
    lock.unlock();
    scheduler.advance();  // without the lock: users' code may take a batch out of a channel, too
    lock.lock();
    if (--calls_ == 0) idle_.notify_all();
  }
  /// Waits for calls that are under way, so that the scheduler may go away; not from inside of one.
  void detach() {
    std::unique_lock lock(mutex_);
    scheduler_ = nullptr;
    idle_.wait(lock, [this] { return calls_ == 0; });
  }

 private:
  std::mutex mutex_;  // leaf; guards all below
  std::condition_variable idle_;
  JobScheduler* scheduler_;
  std::uint32_t calls_ = 0;
};

JobScheduler::JobScheduler(const Parts& parts, std::uint32_t max_in_flight)
    : parts_(parts),
      max_in_flight_(max_in_flight),
      outputs_(parts.compiled, parts.listeners, parts.clock),
      room_(std::make_shared<RoomAlarm>(*this)) {}

JobScheduler::~JobScheduler() { room_->detach(); }

void JobScheduler::submit(Time from, Time until, BatchBlocks blocks,
                          std::vector<SourceRange> ranges, std::size_t max_queued) {
  BatchInfo info;
  info.batch_time = until;
  info.from = from;
  info.sources = std::move(ranges);
  for (const SourceRange& range : info.sources) info.records += range.records;
  const bool empty = std::all_of(blocks.begin(), blocks.end(),
                                 [](const auto& of_source) { return of_source.empty(); });
  info.submission_time = parts_.clock.now();
  {
    std::lock_guard lock(mutex_);
    if (halted_) return;
    BatchInfo* const last = pending_.empty() ? nullptr : &pending_.back();
    if (last != nullptr && ((last_is_empty_ && empty) || pending_.size() >= max_queued)) {
      last_is_empty_ = last_is_empty_ && empty;
      parts_.blocks.extend(last->batch_time, until, std::move(blocks));
      extend(*last, info);
    } else {
      last_is_empty_ = empty;
      parts_.blocks.put(until, std::move(blocks));
      pending_.push_back(info);
    }
  }
  if (parts_.listeners.has_listeners()) {
    outputs_.describe(info, nullptr);
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
  const CallbackScope scope(parts_.compiled.settings().context, CallbackScope::Kind::protocol);
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
  const std::exception_ptr alloc_error = allocate(parts_.log, info, parts_.compiled.settings());
  BatchBlocks blocks = parts_.blocks.get(info.batch_time);
  info.processing_start = parts_.clock.now();
  const bool watched = parts_.listeners.has_listeners();
  if (watched) {
    BatchInfo told = info;
    outputs_.describe(told, nullptr);
    parts_.listeners.post([told](StreamingListener& l) { l.on_batch_started(told); });
  }
  run.reset(std::move(info), std::move(blocks), gated, watched);
  if (alloc_error) run.fail(alloc_error);
  lock.lock();
  in_flight_.back().prepared = true;
  const bool halted = halted_;
  lock.unlock();
  if (halted) run.fail(stopped_error());
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

bool JobScheduler::commit_front(std::unique_lock<std::mutex>& lock) {
  if (in_flight_.empty() || !in_flight_.front().computed) return false;
  if (outputs_.may_wait() && !parts_.runner.may_block()) {
    hand_over();
    return false;
  }
  Run& run = *in_flight_.front().run;
  if (run.failed() || halted_) {
    fail_front(lock, Staged::abort);
    return true;
  }
  lock.unlock();
  if (!outputs_ready()) {
    lock.lock();
    return false;
  }
  BatchInfo info = run.info();
  run.count_records(info);
  info.failed_attempts = run.failed_attempts();
  if (run.first_start() != Time()) info.processing_start = run.first_start();
  std::exception_ptr error = decide(info.batch_time);
  // Once the batch is committed, another run of the program may still make its outputs visible.
  const Staged staged = error ? Staged::abort : Staged::keep;
  if (!error) error = make_visible(run, info);
  if (error) run.fail(error);
  lock.lock();
  if (error) {
    fail_front(lock, staged);
    return true;
  }
  skipped_outputs_ += info.skipped_outputs;
  retire_front(lock);
  return true;
}

/// Has a thread that may block move the batches on. With the lock held.
void JobScheduler::hand_over() {
  if (std::exchange(handed_over_, true)) return;
  parts_.runner.call_blocking([this] {
    {
      std::lock_guard lock(mutex_);
      handed_over_ = false;
    }
    advance();
  });
}

/// PREPARE and COMMIT. Returns what the log throws.
std::exception_ptr JobScheduler::decide(Time batch_time) {
  try {
    parts_.log.prepare(batch_time);
    parts_.log.commit(batch_time);
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

/// PUBLISH, and who is told of it. Returns the error that ends the context.
std::exception_ptr JobScheduler::make_visible(Run& run, BatchInfo& info) {
  const std::exception_ptr commit_error = outputs_.commit(run);
  const std::exception_ptr publish_error = outputs_.publish(run, info);
  if (commit_error) return commit_error;
  if (publish_error) return publish_error;
  try {
    parts_.log.publish(info.batch_time);
  } catch (...) {
    return std::current_exception();
  }
  parts_.observer.batch_committed(info.batch_time);
  if (run.watched()) {
    outputs_.describe(info, &run);
    info.stages = run.stage_infos();
    parts_.listeners.post([info](StreamingListener& l) { l.on_batch_completed(info); });
  }
  return nullptr;
}

bool JobScheduler::outputs_ready() {
  for (const PublishedOutput& output : parts_.compiled.graph().published()) {
    if (!output.node->operation->ready(room_)) return false;
  }
  return true;
}

/// The front batch is done with: its memory goes back, the next one's outputs may run.
void JobScheduler::retire_front(std::unique_lock<std::mutex>& lock) {
  std::unique_ptr<Run> run = std::move(in_flight_.front().run);
  in_flight_.pop_front();
  Run* next = nullptr;
  if (!in_flight_.empty() && std::exchange(in_flight_.front().gated, false)) {
    next = in_flight_.front().run.get();
  }
  lock.unlock();
  run->release();
  parts_.blocks.remove(run->info().batch_time);
  if (next != nullptr) parts_.runner.open_gate(*next);
  lock.lock();
  spare_runs_.push_back(std::move(run));
}

void JobScheduler::fail_front(std::unique_lock<std::mutex>& lock, Staged staged) {
  Run& run = *in_flight_.front().run;
  const bool stopped = std::exchange(halted_, true);
  drop_pending();
  std::vector<std::stop_source> stops;
  for (InFlight& batch : in_flight_) stops.push_back(batch.run->mark_failed(run.error()));
  lock.unlock();
  for (std::stop_source& stop : stops) stop.request_stop();
  if (staged == Staged::abort) outputs_.abort(run);
  // A commit's error is told although somebody has stopped the context meanwhile.
  if (!stopped || staged == Staged::keep) {
    if (run.watched()) outputs_.fail(run);
    parts_.observer.batch_failed(run.error());
  }
  lock.lock();
  retire_front(lock);
}

void JobScheduler::drop_pending() {
  for (const BatchInfo& info : pending_) parts_.blocks.remove(info.batch_time);
  pending_.clear();
}

void JobScheduler::await_room() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] {
    return halted_ || (pending_.empty() && in_flight_.size() < max_in_flight_ && !advancing_);
  });
}

bool JobScheduler::halted() const {
  std::lock_guard lock(mutex_);
  return halted_;
}

void JobScheduler::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return idle() && !advancing_; });
}

void JobScheduler::begin_halt() {
  std::vector<std::stop_source> stops;
  {
    std::lock_guard lock(mutex_);
    halted_ = true;
    drop_pending();
    // A run that is being prepared would forget it; start_next() sees halted_.
    for (InFlight& batch : in_flight_) {
      if (batch.prepared) stops.push_back(batch.run->mark_failed(stopped_error()));
    }
  }
  for (std::stop_source& stop : stops) stop.request_stop();
}

void JobScheduler::halt() {
  begin_halt();
  advance();
  drain();
  room_->detach();  // waits for a host's thread that is still inside
}

std::uint64_t JobScheduler::skipped_outputs() const {
  std::lock_guard lock(mutex_);
  return skipped_outputs_;
}

std::size_t JobScheduler::bytes() const {
  std::lock_guard lock(mutex_);
  std::size_t total = 0;
  for (const InFlight& batch : in_flight_) total += batch.run->bytes();
  return total;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
