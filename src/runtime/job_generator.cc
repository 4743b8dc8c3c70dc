#include "runtime/job_generator.h"

#include <algorithm>
#include <utility>

#include "runtime/callback_scope.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

// With the arrival trigger a batch covers whole microseconds.
constexpr Duration kArrivalTick = std::chrono::microseconds(1);

std::vector<SourceRange> describe(const std::vector<std::shared_ptr<InputSource>>& sources,
                                  const BatchBlocks& blocks, Time from, Time until) {
  std::vector<SourceRange> ranges;
  for (std::uint32_t s = 0; s < sources.size(); ++s) {
    SourceRange range{s, 0, sources[s]->describe(from, until)};
    for (const BlockPtr& block : blocks[s]) range.records += block->records_found();
    ranges.push_back(std::move(range));
  }
  return ranges;
}

}  // namespace

JobGenerator::JobGenerator(std::vector<std::shared_ptr<InputSource>> sources, Clock& clock,
                           JobScheduler& scheduler, Trigger trigger, Duration interval,
                           const void* context)
    : sources_(std::move(sources)),
      clock_(clock),
      scheduler_(scheduler),
      trigger_(trigger),
      tick_(trigger == Trigger::arrival ? kArrivalTick : interval),
      context_(context) {}

JobGenerator::~JobGenerator() { stop(); }

void JobGenerator::start(bool by_trigger) {
  {
    std::lock_guard lock(mutex_);
    last_ = clock_.now().floor(tick_);
    stopping_ = !by_trigger;
  }
  if (by_trigger && trigger_ == Trigger::interval)
    thread_ = std::thread([this] { follow_clock(); });
}

void JobGenerator::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

/// One batch per tick; after a stall one batch covers all ticks that were missed.
void JobGenerator::follow_clock() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Time next = last_ + tick_;
    const Time now = clock_.now();
    if (now < next) {
      clock_.wait_until(lock, wake_, next);
      continue;
    }
    lock.unlock();
    generate(now.floor(tick_));
    lock.lock();
  }
}

/// False where a source could not be cut, or the context has ended.
bool JobGenerator::generate(Time until) {
  const CallbackScope scope(context_, CallbackScope::Kind::protocol);
  std::lock_guard generating(generate_mutex_);
  if (closed_) return false;
  Time from;
  std::size_t max_queued;
  {
    std::lock_guard lock(mutex_);
    if (until <= last_) return true;
    from = std::exchange(last_, until);
    max_queued = max_queued_;
  }
  BatchBlocks blocks(sources_.size());
  try {
    for (std::size_t s = 0; s < sources_.size(); ++s) sources_[s]->cut(from, until, blocks[s]);
  } catch (...) {
    if (error_) error_(std::current_exception());
    return false;
  }
  std::vector<SourceRange> ranges = describe(sources_, blocks, from, until);
  scheduler_.submit(from, until, std::move(blocks), std::move(ranges), max_queued);
  return true;
}

void JobGenerator::poll() {
  if (trigger_ != Trigger::arrival) return;
  {
    std::lock_guard lock(mutex_);
    poll_again_ = true;
    if (polling_) return;
    polling_ = true;
  }
  while (true) {
    {
      std::lock_guard lock(mutex_);
      if (!std::exchange(poll_again_, false) || stopping_) {
        polling_ = false;
        return;
      }
    }
    if (!scheduler_.has_room()) continue;
    bool data = false;
    for (const auto& source : sources_) data = source->arm_arrival() || data;
    if (data) generate(next_tick(clock_.now()));
  }
}

Time JobGenerator::next_tick(Time now) const { return std::max(now.floor(tick_), last() + tick_); }

void JobGenerator::run_until(Time until) { generate(until); }

void JobGenerator::finish() {
  // An immediate stop meanwhile, which halts the scheduler, ends this, too.
  while (!scheduler_.halted() && any_data() && generate(next_tick(clock_.now()))) {
  }
  // An executor's poll() may hold a batch that it has cut and not handed over yet.
  std::lock_guard generating(generate_mutex_);
}

void JobGenerator::close() {
  std::lock_guard generating(generate_mutex_);
  closed_ = true;
}

bool JobGenerator::any_data() const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [](const auto& source) { return source->has_data(); });
}

Time JobGenerator::last() const {
  std::lock_guard lock(mutex_);
  return last_;
}

void JobGenerator::set_tunables(const Tunables& tunables) {
  std::lock_guard lock(mutex_);
  max_queued_ = tunables.max_queued_batches;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
