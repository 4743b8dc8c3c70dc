#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/exchange.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/output_pool.h>
#include <dstream/detail/record_buffer.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// repartition(): the record at position i of the batch goes to partition i mod n. A slice does not
// know how many records lie before it, so it deals its own out from bucket 0; the readers know all
// sizes and turn the buckets.

/// A slice's records in as many buckets as there are partitions.
template <class T>
class DealtSlice final : public SliceOutput {
 public:
  std::size_t records(std::uint32_t partition) const override { return buckets[partition].size(); }
  std::size_t bytes() const override {
    std::size_t total = 0;
    for (const RecordBuffer<T>& bucket : buckets) total += bucket.bytes();
    return total;
  }
  void clear() noexcept {
    for (RecordBuffer<T>& bucket : buckets) bucket.clear();
    size = 0;
  }

  std::vector<RecordBuffer<T>> buckets;
  std::size_t size = 0;
};

template <class T>
class DealWriter final : public Terminal {
 public:
  DealWriter(OutputPool<DealtSlice<T>>& pool, std::uint32_t partitions)
      : pool_(pool), partitions_(partitions) {}

  void process(Chunk chunk) override {
    if (!slice_) start();
    for_each_record<T, true>(chunk, [&](auto&& record) {
      slice_->buckets[next_].append(std::forward<decltype(record)>(record));
      if (++next_ == partitions_) next_ = 0;
    });
    slice_->size += chunk.size;
  }
  void reset() noexcept override {
    if (slice_) slice_->clear();
    next_ = 0;
  }
  SliceOutputPtr take() override {
    if (!slice_) start();
    next_ = 0;
    return std::exchange(slice_, nullptr);
  }

 private:
  void start() {
    slice_ = pool_.take();
    slice_->buckets.resize(partitions_);
  }

  OutputPool<DealtSlice<T>>& pool_;
  const std::uint32_t partitions_;
  std::shared_ptr<DealtSlice<T>> slice_;
  std::uint32_t next_ = 0;
};

template <class T>
class DealReader final : public ExchangeReader {
 public:
  void read(std::span<const SliceOutputPtr> slices, std::uint32_t partition, Step& to) override {
    std::size_t before = 0;
    for (const SliceOutputPtr& output : slices) {
      if (!output) continue;
      const auto& slice = static_cast<const DealtSlice<T>&>(*output);
      const std::size_t partitions = slice.buckets.size();
      hand_on(slice.buckets[(partition + partitions - before % partitions) % partitions], to);
      before += slice.size;
    }
    out_.pass_on(to);
  }
  void reset() noexcept override { out_.clear(); }

 private:
  void hand_on(const RecordBuffer<T>& bucket, Step& to) {
    if constexpr (std::is_same_v<T, Owned<T>> && !std::is_trivially_copyable_v<T>) {
      for (std::size_t i = 0; i < bucket.size(); i += chunk_capacity<T>()) {
        const std::size_t left = bucket.size() - i;
        to.process(shared_chunk(&bucket[i], left < chunk_capacity<T>() ? left : chunk_capacity<T>()));
      }
    } else {
      for (std::size_t i = 0; i < bucket.size(); ++i) out_.emplace(to, bucket[i]);
    }
  }

  ReaderOutput<T> out_;
};

template <class T>
class RepartitionExchange final : public Exchange {
 public:
  explicit RepartitionExchange(std::uint32_t partitions) : partitions_(partitions) {}
  std::uint32_t partitions(const ExchangeSettings&) const override { return partitions_; }
  TerminalPtr make_writer(const ExchangeSettings&) const override {
    return TerminalPtr(new DealWriter<T>(pool_, partitions_));
  }
  ReaderPtr make_reader(const ExchangeSettings&) const override {
    return ReaderPtr(new DealReader<T>());
  }
  /// Exactly n partitions, with records or without.
  bool wanted(const ExchangeSettings&, std::span<const SliceOutputPtr>,
              std::uint32_t) const override {
    return true;
  }
  void recycle(SliceOutputPtr output) const override { pool_.put_back(std::move(output)); }

 private:
  const std::uint32_t partitions_;
  mutable OutputPool<DealtSlice<T>> pool_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
