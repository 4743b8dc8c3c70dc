#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include <dstream/block.h>

#include "harness.h"

namespace dstream::bench {

/// A reading of a sensor. Values are small whole numbers, so that sums are exact in any order.
struct Sample {
  std::int64_t time;
  double value;
};
static_assert(sizeof(Sample) == 16);

// The four operations, for the hand-written loop and the engine alike.
inline Sample calibrate(const Sample& s) { return {s.time + 7, s.value * 2 + 1}; }
/// True for half of the samples, in no order.
inline bool is_loud(const Sample& s) { return s.value > 1000; }
inline Sample energy(const Sample& s) { return {s.time, s.value * s.value}; }
inline Sample sum_and_latest(const Sample& a, const Sample& b) {
  return {a.time > b.time ? a.time : b.time, a.value + b.value};
}

struct NumericData {
  using Batch = std::shared_ptr<const detail::ArrayBlock<Sample>>;
  std::vector<Batch> batches;
};

std::shared_ptr<const NumericData> make_samples(const Settings& settings);

inline Digest digest_of(const std::vector<Sample>& batches) {
  Digest digest;
  for (std::size_t batch = 0; batch < batches.size(); ++batch) {
    digest.add_number(static_cast<std::uint64_t>(batches[batch].time),
                      std::bit_cast<std::uint64_t>(batches[batch].value), batch);
  }
  return digest;
}

/// map, filter, map, reduce in one loop.
std::unique_ptr<Runner> hand_numeric(const NumericData& data, int threads);
/// The same without a branch on the filter.
std::unique_ptr<Runner> hand_numeric_branchless(const NumericData& data);
/// oneTBB's parallel_reduce.
std::unique_ptr<Runner> tbb_numeric(const NumericData& data, int threads);

}  // namespace dstream::bench
