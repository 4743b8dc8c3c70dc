#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include <dstream/batch.h>
#include <dstream/detail/fifo.h>
#include <dstream/detail/plan_node.h>

namespace dstream {
inline namespace v1 {

/// Bound of a channel.
struct ChannelOptions {
  /// Bytes of results that wait for the host. The batch that exceeds it is still taken, so that one
  /// large batch cannot block for ever.
  std::size_t capacity_bytes = std::size_t{64} << 20;
  /// A full channel drops its oldest batch and counts it, instead of making the next COMMIT wait.
  bool drop_oldest = false;
};

namespace detail {

/// The state that a channel's two sides share. The queue belongs to it and is bounded by
/// ChannelOptions::capacity_bytes and one batch; the mutex is a leaf.
template <class T>
class ChannelOutput final : public OutputOperation {
 public:
  explicit ChannelOutput(ChannelOptions options)
      : OutputOperation(OutputPhase::publish), options_(options) {}

  bool ready(const std::shared_ptr<RoomWaiter>& waiter) override {
    std::lock_guard lock(mutex_);
    if (!has_room()) waiter_ = waiter;
    return has_room();
  }
  void publish(std::vector<BlockPtr> blocks, const BatchInfo& info) override {
    std::size_t bytes = sizeof(Batch<T>);
    for (const BlockPtr& block : blocks) bytes += block->bytes();
    Batch<T> batch{info.batch_time, take_records<T>(std::move(blocks))};
    std::lock_guard lock(mutex_);
    while (options_.drop_oldest && !queue_.empty() && bytes_ + bytes > options_.capacity_bytes) {
      take_front();
      ++dropped_;
    }
    bytes_ += bytes;
    queue_.emplace_back(std::move(batch), bytes);
    filled_.notify_one();
  }
  void close() override {
    std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_all();
  }

  std::optional<Batch<T>> pop(std::stop_token stop, bool wait) {
    std::shared_ptr<RoomWaiter> waiter;
    std::optional<Batch<T>> batch;
    {
      std::unique_lock lock(mutex_);
      if (wait) filled_.wait(lock, stop, [this] { return closed_ || !queue_.empty(); });
      if (queue_.empty()) return batch;
      batch.emplace(take_front());
      if (has_room()) waiter = std::exchange(waiter_, nullptr);
    }
    if (waiter) waiter->room();
    return batch;
  }
  bool closed() const {
    std::lock_guard lock(mutex_);
    return closed_ && queue_.empty();
  }
  std::uint64_t dropped() const {
    std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  bool has_room() const {
    return closed_ || options_.drop_oldest || queue_.empty() || bytes_ < options_.capacity_bytes;
  }
  Batch<T> take_front() {
    auto [batch, bytes] = queue_.pop_front();
    bytes_ -= bytes;
    return std::move(batch);
  }

  const ChannelOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable_any filled_;
  Fifo<std::pair<Batch<T>, std::size_t>> queue_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool closed_ = false;
  std::shared_ptr<RoomWaiter> waiter_;
};

/// Keeps the newest batch.
template <class T>
class LatestOutput final : public OutputOperation {
 public:
  LatestOutput() : OutputOperation(OutputPhase::publish) {}

  void publish(std::vector<BlockPtr> blocks, const BatchInfo& info) override {
    auto batch = std::make_shared<const Batch<T>>(
        Batch<T>{info.batch_time, take_records<T>(std::move(blocks))});
    std::lock_guard lock(mutex_);
    batch_.swap(batch);
  }
  std::shared_ptr<const Batch<T>> get() const {
    std::lock_guard lock(mutex_);
    return batch_;
  }

 private:
  mutable std::mutex mutex_;  // leaf; held to copy or swap the pointer
  std::shared_ptr<const Batch<T>> batch_;
};

}  // namespace detail

/// The host's end of `to_channel()`: batches in time order, each exactly once after its COMMIT. A
/// copyable handle; all members may be called from any thread.
template <class T>
class Channel {
 public:
  /// The next batch; waits for one. Empty when the context has ended and all were taken, or when
  /// `stop` is requested.
  std::optional<Batch<T>> pop(std::stop_token stop = {}) const { return output_->pop(stop, true); }
  /// The next batch if there is one now.
  std::optional<Batch<T>> try_pop() const { return output_->pop({}, false); }
  /// Whether nothing will come any more.
  bool closed() const { return output_->closed(); }
  /// Batches dropped because of `drop_oldest`.
  std::uint64_t dropped() const { return output_->dropped(); }

  explicit Channel(std::shared_ptr<detail::ChannelOutput<T>> output) : output_(std::move(output)) {}

 private:
  std::shared_ptr<detail::ChannelOutput<T>> output_;
};

/// The host's view of `latest()`: the most recent committed batch. A copyable handle; any thread.
template <class T>
class Latest {
 public:
  /// The newest batch; null before the first one.
  std::shared_ptr<const Batch<T>> get() const { return output_->get(); }

  explicit Latest(std::shared_ptr<detail::LatestOutput<T>> output) : output_(std::move(output)) {}

 private:
  std::shared_ptr<detail::LatestOutput<T>> output_;
};

}  // namespace v1
}  // namespace dstream
