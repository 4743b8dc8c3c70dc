#include "dstream/channel.h"

#include <condition_variable>
#include <exception>

#include "dstream/detail/fifo.h"

namespace dstream {
inline namespace v1 {
namespace detail {

CollectedBatch::CollectedBatch() noexcept = default;
CollectedBatch::CollectedBatch(Time batch_time, std::vector<BlockPtr>&& batch_blocks) noexcept
    : time(batch_time), blocks(std::move(batch_blocks)) {}
CollectedBatch::CollectedBatch(CollectedBatch&&) noexcept = default;
CollectedBatch& CollectedBatch::operator=(CollectedBatch&&) noexcept = default;
CollectedBatch::~CollectedBatch() = default;

struct ChannelOutput::State {
  explicit State(const ChannelOptions& channel_options) : options(channel_options) {}

  bool has_room() const {
    return closed || options.drop_oldest || queue.empty() || bytes < options.capacity_bytes;
  }
  CollectedBatch take_front() {
    auto [batch, size] = queue.pop_front();
    bytes -= size;
    return std::move(batch);
  }

  const ChannelOptions options;
  mutable std::mutex mutex;
  std::condition_variable_any filled;
  Fifo<std::pair<CollectedBatch, std::size_t>> queue;
  std::size_t bytes = 0;
  std::uint64_t dropped = 0;
  bool closed = false;
  std::shared_ptr<RoomWaiter> waiter;
};

ChannelOutput::ChannelOutput(const ChannelOptions& options)
    : OutputOperation(OutputPhase::publish), state_(new State(options)) {}
ChannelOutput::~ChannelOutput() = default;

bool ChannelOutput::ready(const std::shared_ptr<RoomWaiter>& waiter) {
  std::lock_guard lock(state_->mutex);
  if (!state_->has_room()) state_->waiter = waiter;
  return state_->has_room();
}

void ChannelOutput::publish(std::vector<BlockPtr> blocks, const BatchInfo& info) {
  std::size_t bytes = sizeof(CollectedBatch);
  for (const BlockPtr& block : blocks) bytes += block->bytes();
  State& state = *state_;
  std::lock_guard lock(state.mutex);
  while (state.options.drop_oldest && !state.queue.empty() &&
         state.bytes + bytes > state.options.capacity_bytes) {
    state.take_front();
    ++state.dropped;
  }
  state.bytes += bytes;
  state.queue.emplace_back(CollectedBatch{info.batch_time, std::move(blocks)}, bytes);
  state.filled.notify_one();
}

void ChannelOutput::close() {
  std::lock_guard lock(state_->mutex);
  state_->closed = true;
  state_->filled.notify_all();
}

bool ChannelOutput::pop(std::stop_token&& stop, CollectedBatch& batch) {
  std::unique_lock lock(state_->mutex);
  state_->filled.wait(lock, std::move(stop),
                      [this] { return state_->closed || !state_->queue.empty(); });
  return take(lock, batch);
}

bool ChannelOutput::try_pop(CollectedBatch& batch) {
  std::unique_lock lock(state_->mutex);
  return take(lock, batch);
}

bool ChannelOutput::take(std::unique_lock<std::mutex>& lock, CollectedBatch& batch) {
  if (state_->queue.empty()) return false;
  batch = state_->take_front();
  std::shared_ptr<RoomWaiter> waiter;
  if (state_->has_room()) waiter = std::exchange(state_->waiter, nullptr);
  lock.unlock();
  if (waiter) waiter->room();
  return true;
}

bool ChannelOutput::closed() const {
  std::lock_guard lock(state_->mutex);
  return state_->closed && state_->queue.empty();
}

std::uint64_t ChannelOutput::dropped() const {
  std::lock_guard lock(state_->mutex);
  return state_->dropped;
}

/// One batch. The mutex is a leaf, held while the host's form of the batch is made.
struct LatestOutput::Entry {
  std::mutex mutex;
  CollectedBatch collected;
  std::shared_ptr<const void> made;
  std::exception_ptr failure;  // what making it threw; the records are gone then
};

LatestOutput::LatestOutput() : OutputOperation(OutputPhase::publish) {}
LatestOutput::~LatestOutput() = default;

void LatestOutput::publish(std::vector<BlockPtr> blocks, const BatchInfo& info) {
  auto entry = std::make_shared<Entry>();
  entry->collected = {info.batch_time, std::move(blocks)};
  std::lock_guard lock(mutex_);
  newest_.swap(entry);
}

std::shared_ptr<const void> LatestOutput::get(const Maker& maker) {
  std::shared_ptr<Entry> entry;
  {
    std::lock_guard lock(mutex_);
    entry = newest_;
  }
  if (!entry) return nullptr;
  std::lock_guard lock(entry->mutex);
  if (entry->failure) std::rethrow_exception(entry->failure);
  if (!entry->made) {
    try {
      entry->made = keep(maker.make(entry->collected), maker.destroy);
    } catch (...) {
      entry->failure = std::current_exception();
      throw;
    }
  }
  return entry->made;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
