#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <dstream/batch.h>
#include <dstream/detail/box.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/plan_node.h>
#include <dstream/export.h>
#include <dstream/time.h>

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

/// A batch as its tasks left it.
struct DSTREAM_EXPORT CollectedBatch {
  CollectedBatch() noexcept;
  CollectedBatch(Time batch_time, std::vector<BlockPtr>&& batch_blocks) noexcept;
  CollectedBatch(CollectedBatch&&) noexcept;
  CollectedBatch& operator=(CollectedBatch&&) noexcept;
  ~CollectedBatch();

  Time time;
  std::vector<BlockPtr> blocks;
};

/// The state that a channel's two sides share. The queue belongs to it and is bounded by
/// ChannelOptions::capacity_bytes and one batch; the mutex is a leaf.
class DSTREAM_EXPORT ChannelOutput final : public OutputOperation {
 public:
  explicit ChannelOutput(const ChannelOptions& options);
  ~ChannelOutput() override;

  bool ready(const std::shared_ptr<RoomWaiter>& waiter) override;
  void publish(std::vector<BlockPtr> blocks, const BatchInfo& info) override;
  void close() override;

  /// False where there is none, or none comes any more.
  bool pop(std::stop_token&& stop, CollectedBatch& batch);
  bool try_pop(CollectedBatch& batch);
  bool closed() const;
  std::uint64_t dropped() const;

 private:
  struct State;
  bool take(std::unique_lock<std::mutex>& lock, CollectedBatch& batch);

  const Box<State> state_;
};

/// Keeps the newest batch.
class DSTREAM_EXPORT LatestOutput final : public OutputOperation {
 public:
  /// Makes the host's batch, which `destroy` ends.
  struct Maker {
    const void* (*make)(CollectedBatch& batch);
    void (*destroy)(const void* batch);
  };

  LatestOutput();
  ~LatestOutput() override;

  void publish(std::vector<BlockPtr> blocks, const BatchInfo& info) override;
  /// The newest batch, made when it is first asked for; null before the first.
  std::shared_ptr<const void> get(const Maker& maker);

 private:
  struct Entry;

  std::mutex mutex_;  // leaf; held to copy or swap the pointer
  std::shared_ptr<Entry> newest_;
};

template <class T>
const void* make_batch(CollectedBatch& batch) {
  return new Batch<T>{batch.time, take_records<T>(std::move(batch.blocks))};
}
template <class T>
inline constexpr LatestOutput::Maker kBatchMaker{&make_batch<T>, &destroy_object<Batch<T>>};

}  // namespace detail

/// The host's end of `to_channel()`: batches in time order, each exactly once after its COMMIT. A
/// copyable handle; all members may be called from any thread.
template <class T>
class Channel {
 public:
  /// The next batch; waits for one. Empty when the context has ended and all were taken, or when
  /// `stop` is requested. The records that other parts of the job hold, too, are copied here: what
  /// that throws, this throws, and the batch is lost.
  std::optional<Batch<T>> pop(std::stop_token stop = {}) const {
    detail::CollectedBatch batch;
    return batch_of(output_->pop(std::move(stop), batch), batch);
  }
  /// The next batch if there is one now.
  std::optional<Batch<T>> try_pop() const {
    detail::CollectedBatch batch;
    return batch_of(output_->try_pop(batch), batch);
  }
  /// Whether nothing will come any more.
  bool closed() const { return output_->closed(); }
  /// Batches dropped because of `drop_oldest`.
  std::uint64_t dropped() const { return output_->dropped(); }

  explicit Channel(std::shared_ptr<detail::ChannelOutput> output) : output_(std::move(output)) {}

 private:
  static std::optional<Batch<T>> batch_of(bool some, detail::CollectedBatch& batch) {
    if (!some) return std::nullopt;
    return Batch<T>{batch.time, detail::take_records<T>(std::move(batch.blocks))};
  }

  std::shared_ptr<detail::ChannelOutput> output_;
};

/// The host's view of `latest()`: the most recent committed batch. A copyable handle; any thread.
template <class T>
class Latest {
 public:
  /// The newest batch; null before the first one. Throws what copying its records throws, then and
  /// again until there is a newer one.
  std::shared_ptr<const Batch<T>> get() const {
    return std::static_pointer_cast<const Batch<T>>(output_->get(detail::kBatchMaker<T>));
  }

  explicit Latest(std::shared_ptr<detail::LatestOutput> output) : output_(std::move(output)) {}

 private:
  std::shared_ptr<detail::LatestOutput> output_;
};

}  // namespace v1
}  // namespace dstream
