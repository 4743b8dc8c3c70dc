#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <dstream/block.h>

#include "harness.h"

namespace dstream::bench {

/// 10 M random integers in one batch, once as 64-bit and once as 32-bit numbers.
struct SortData {
  template <class Number>
  using Batch = std::shared_ptr<const detail::ArrayBlock<Number>>;
  std::vector<Batch<std::int64_t>> wide;
  std::vector<Batch<std::int32_t>> narrow;

  template <class Number>
  const std::vector<Batch<Number>>& batches() const {
    if constexpr (sizeof(Number) == 8) {
      return wide;
    } else {
      return narrow;
    }
  }
};

std::shared_ptr<const SortData> make_integers(const Settings& settings);

/// The digest of a sorted batch: of its numbers and, in the sum, of their order.
template <class Number>
Digest digest_sorted(const std::vector<Number>& numbers);

/// std::sort in one thread over a vector that is a copy of the batch.
template <class Number>
std::unique_ptr<Runner> hand_sort(const SortData& data);
/// oneTBB's parallel_sort of such a vector.
template <class Number>
std::unique_ptr<Runner> tbb_sort(const SortData& data, int threads);

}  // namespace dstream::bench
