#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <dstream/detail/exchange.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/output_pool.h>
#include <dstream/detail/record_buffer.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// zip_with_index(): slices stay whole and in order. A reader takes a run of slices, knows the sizes
// of those before, and counts on from there.

template <class T>
class WholeSlice final : public SliceOutput {
 public:
  /// Which partition gets the slice follows from the slices before it, so the figures say 0.
  std::size_t records(std::uint32_t partition) const override {
    return partition == 0 ? kept.size() : 0;
  }
  std::size_t bytes() const override { return kept.bytes(); }
  void clear() noexcept { kept.clear(); }

  RecordBuffer<T> kept;
};

template <class T>
class WholeWriter final : public Terminal {
 public:
  explicit WholeWriter(OutputPool<WholeSlice<T>>& pool) : pool_(pool) {}

  void process(Chunk chunk) override {
    if (!slice_) slice_ = pool_.take();
    for_each_record<T, true>(chunk, [&](auto&& record) {
      slice_->kept.append(std::forward<decltype(record)>(record));
    });
  }
  void reset() noexcept override {
    if (slice_) slice_->clear();
  }
  SliceOutputPtr take() override {
    return slice_ ? std::exchange(slice_, nullptr) : pool_.take();
  }

 private:
  OutputPool<WholeSlice<T>>& pool_;
  std::shared_ptr<WholeSlice<T>> slice_;
};

/// Calls `use(slice, index of its first record, partition)` for every slice that has records: the
/// partition is that of the slice's first record, were the batch cut into equal runs.
template <class Use>
void for_each_whole_slice(std::span<const SliceOutputPtr> slices, std::uint32_t partitions,
                          const Use& use) {
  std::size_t total = 0;
  for (const SliceOutputPtr& slice : slices) total += slice ? slice->records(0) : 0;
  std::size_t first = 0;
  for (const SliceOutputPtr& slice : slices) {
    const std::size_t size = slice ? slice->records(0) : 0;
    if (size == 0) continue;
    use(*slice, first, static_cast<std::uint32_t>(first * partitions / total));
    first += size;
  }
}

template <class T>
class IndexReader final : public ExchangeReader {
 public:
  explicit IndexReader(std::uint32_t partitions) : partitions_(partitions) {}

  void read(std::span<const SliceOutputPtr> slices, std::uint32_t partition, Step& to) override {
    const auto number = [&](const SliceOutput& slice, std::size_t first, std::uint32_t of) {
      if (of != partition) return;
      const RecordBuffer<T>& kept = static_cast<const WholeSlice<T>&>(slice).kept;
      for (std::size_t i = 0; i < kept.size(); ++i) {
        out_.emplace(to, kept[i], static_cast<std::int64_t>(first + i));
      }
    };
    for_each_whole_slice(slices, partitions_, number);
    out_.pass_on(to);
  }
  void reset() noexcept override { out_.clear(); }

 private:
  const std::uint32_t partitions_;
  ReaderOutput<std::pair<T, std::int64_t>> out_;
};

template <class T>
class IndexExchange final : public Exchange {
 public:
  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return settings.partitions;
  }
  TerminalPtr make_writer(const ExchangeSettings&) const override {
    return TerminalPtr(new WholeWriter<T>(pool_));
  }
  ReaderPtr make_reader(const ExchangeSettings& settings) const override {
    return ReaderPtr(new IndexReader<T>(settings.partitions));
  }
  bool wanted(const ExchangeSettings& settings, std::span<const SliceOutputPtr> slices,
              std::uint32_t partition) const override {
    bool found = false;
    for_each_whole_slice(slices, settings.partitions,
                         [&](const SliceOutput&, std::size_t, std::uint32_t of) {
                           found = found || of == partition;
                         });
    return found;
  }
  void recycle(SliceOutputPtr output) const override { pool_.put_back(std::move(output)); }

 private:
  mutable OutputPool<WholeSlice<T>> pool_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
