#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "dstream/detail/exchange.h"

#include "plan/kept_records.h"
#include "plan/output_pool.h"
#include "plan/sort_ranges.h"

namespace dstream {
inline namespace v1 {
namespace detail {

// sort_by(): each slice sorts its records into a run; each reader finds its range of keys in all
// runs, the same cuts as every other reader finds, and merges them. `Sort` says how:
//   Run           what a slice leaves, made of the Sort: size(), bytes(), clear()
//   Scratch       what a task keeps from run to run: bytes()
//   add(run, chunk), finish(run, scratch)              the writing side
//   Merger::merge(runs, index, count, out, to)         the reading side: range index of count
//   keeping()     how the records are kept

template <class Sort>
class SortedSlice final : public SliceOutput {
 public:
  explicit SortedSlice(const Sort& sort) : run(sort) {}

  /// Which partition gets which records follows from all slices together; the figures say 0.
  std::size_t records(std::uint32_t partition) const override {
    return partition == 0 ? run.size() : 0;
  }
  std::size_t bytes() const override { return run.bytes(); }
  void clear() noexcept { run.clear(); }

  typename Sort::Run run;
};

/// The records of all slices. SortedSlice::records(0) is all that a slice has.
inline std::size_t sorted_records(std::span<const SliceOutputPtr> slices) {
  std::size_t total = 0;
  for (const SliceOutputPtr& slice : slices) total += slice ? slice->records(0) : 0;
  return total;
}

template <class Sort>
class SortWriter final : public Terminal {
  using Slice = SortedSlice<Sort>;

 public:
  SortWriter(const Sort& sort, OutputPool<Slice>& pool) : sort_(sort), pool_(pool) {}

  void process(Chunk chunk) override {
    if (!slice_) slice_ = pool_.take(sort_);
    sort_.add(slice_->run, chunk);
  }
  void flush() override {
    if (slice_) sort_.finish(slice_->run, scratch_);
  }
  void reset() noexcept override {
    if (slice_) slice_->clear();
  }
  SliceOutputPtr take() override {
    return slice_ ? std::exchange(slice_, nullptr) : pool_.take(sort_);
  }
  std::size_t bytes() const override { return scratch_.bytes(); }

 private:
  const Sort& sort_;
  OutputPool<Slice>& pool_;
  std::shared_ptr<Slice> slice_;
  typename Sort::Scratch scratch_;
};

template <class Sort>
class SortReader final : public ExchangeReader {
 public:
  SortReader(const Sort& sort, std::uint32_t partitions)
      : merger_(sort), partitions_(partitions), out_(sort.keeping()) {}

  void read(std::span<const SliceOutputPtr> slices, std::uint32_t partition, Step& to) override {
    const std::uint32_t ranges = range_count(sorted_records(slices), partitions_);
    if (partition >= ranges) return;
    runs_.clear();
    for (const SliceOutputPtr& output : slices) {
      if (!output) continue;
      const auto& run = static_cast<const SortedSlice<Sort>&>(*output).run;
      if (run.size() != 0) runs_.push_back(&run);
    }
    merger_.merge(runs_, partition, ranges, out_, to);
    out_.pass_on(to);
  }
  void reset() noexcept override { out_.clear(); }

 private:
  typename Sort::Merger merger_;
  const std::uint32_t partitions_;
  std::vector<const typename Sort::Run*> runs_;
  KeptReader out_;
};

template <class Sort>
class SortExchange final : public Exchange {
 public:
  /// `partitions` 0: the context's default.
  SortExchange(Sort sort, std::uint32_t partitions)
      : sort_(std::move(sort)), partitions_(partitions) {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return partitions_ == 0 ? settings.partitions : partitions_;
  }
  TerminalPtr make_writer(const ExchangeSettings&) const override {
    return TerminalPtr(new SortWriter<Sort>(sort_, pool_));
  }
  ReaderPtr make_reader(const ExchangeSettings& settings) const override {
    return ReaderPtr(new SortReader<Sort>(sort_, partitions(settings)));
  }
  bool wanted(const ExchangeSettings& settings, std::span<const SliceOutputPtr> slices,
              std::uint32_t partition) const override {
    return partition < range_count(sorted_records(slices), partitions(settings));
  }
  void recycle(SliceOutputPtr output) const override { pool_.put_back(std::move(output)); }

 private:
  const Sort sort_;
  const std::uint32_t partitions_;
  mutable OutputPool<SortedSlice<Sort>> pool_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
