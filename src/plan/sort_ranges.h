#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace detail {

// How a batch of sorted runs, one per slice, is cut into ranges, one per partition: by regular
// sampling (Shi, Schaeffer: Parallel sorting by regular sampling, JPDC 14, 1992). Every reader
// finds the same cuts, because they follow from the runs alone.

/// A place in a run that stands for `weight` records around it.
struct RunSample {
  std::uint32_t run = 0;
  std::size_t position = 0;
  std::size_t weight = 0;
};

/// How many samples a run of `size` records gives: one for 64 records up to 128 samples, then one
/// for 512 records up to 1 024. No cut is further off than a run's records per sample.
constexpr std::size_t sample_count(std::size_t size) {
  const std::size_t dense = (size + 63) / 64;
  const std::size_t sparse = size / 512;
  if (dense < 128) return dense;
  return sparse < 128 ? 128 : sparse < 1024 ? sparse : 1024;
}

/// Where in its interval a run's sample lies: golden-ratio steps, so that the samples of runs that
/// are alike do not meet in the same few keys.
constexpr std::size_t sample_offset(std::uint32_t run, std::size_t interval) {
  constexpr std::uint32_t kGolden = 0x9e3779b9;
  return static_cast<std::size_t>(std::uint64_t{interval} * (run * kGolden + kGolden / 2) >> 32);
}

/// How many ranges a batch is cut into: no more than `partitions`, and none for few records.
constexpr std::uint32_t range_count(std::size_t records, std::uint32_t partitions) {
  constexpr std::size_t kWorthTask = 1024;
  const std::size_t useful = (records + kWorthTask - 1) / kWorthTask;
  return useful < partitions ? static_cast<std::uint32_t>(useful) : partitions;
}

/// The cuts of one batch. `Order` knows the runs:
///   std::size_t runs() const, std::size_t size(run) const
///   void sort(std::vector<RunSample>&)               stable, by key
///   std::size_t bound(run, from, sample, after) const  first position from `from` whose key is not
///       below the sample's; with `after`, whose key is above it
///   static constexpr bool kTotal                    whether the order can be relied on
/// Equal keys are ordered by run and position, so that a batch of one key is cut evenly, too.
template <class Order>
class RangeCutter {
 public:
  explicit RangeCutter(Order& order) : order_(order), ends_(order.runs()), begins_(order.runs()) {
    for (std::uint32_t run = 0; run < order.runs(); ++run) add_samples(run);
    order_.sort(samples_);
  }

  /// Finds the range `index` of `count`: positions [begin(run), end(run)) of every run.
  void find(std::uint32_t index, std::uint32_t count) {
    ends_.assign(order_.runs(), 0);
    // Where the order cannot be relied on, every cut follows the one before it, so that no record
    // falls between two.
    for (std::uint32_t i = Order::kTotal && index > 0 ? index : 1; i <= index; ++i)
      move_to(i, count);
    begins_ = ends_;
    move_to(index + 1, count);
  }
  std::size_t begin(std::size_t run) const { return begins_[run]; }
  std::size_t end(std::size_t run) const { return ends_[run]; }

 private:
  void add_samples(std::uint32_t run) {
    const std::size_t size = order_.size(run);
    const std::size_t count = sample_count(size);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t begin = size * i / count;
      const std::size_t end = size * (i + 1) / count;
      samples_.push_back({run, begin + sample_offset(run, end - begin), end - begin});
    }
    records_ += size;
  }

  /// Moves the ends to the cut between range index - 1 and range index.
  void move_to(std::uint32_t index, std::uint32_t count) {
    if (index == 0) return;
    if (index == count) {
      for (std::size_t run = 0; run < ends_.size(); ++run) ends_[run] = order_.size(run);
      return;
    }
    const RunSample& cut = splitter(records_ / count * index + records_ % count * index / count);
    for (std::uint32_t run = 0; run < ends_.size(); ++run) {
      const std::size_t from = ends_[run];
      if (run == cut.run) {
        ends_[run] = cut.position < from ? from : cut.position;
      } else {
        ends_[run] = order_.bound(run, from, cut, run < cut.run);
      }
    }
  }

  /// The sample with about `records` records before it.
  const RunSample& splitter(std::size_t records) const {
    std::size_t before = 0;
    for (const RunSample& sample : samples_) {
      if (before + sample.weight / 2 >= records) return sample;
      before += sample.weight;
    }
    return samples_.back();
  }

  Order& order_;
  std::vector<RunSample> samples_;
  std::size_t records_ = 0;
  std::vector<std::size_t> ends_;
  std::vector<std::size_t> begins_;
};

/// First position in [from, size) for which `is_before` is false; it is true up to there.
template <class IsBefore>
std::size_t first_not(std::size_t from, std::size_t size, const IsBefore& is_before) {
  while (from < size) {
    const std::size_t middle = from + (size - from) / 2;
    if (is_before(middle)) {
      from = middle + 1;
    } else {
      size = middle;
    }
  }
  return from;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
