#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <dstream/block.h>

#include "harness.h"

namespace dstream::bench {

/// 10 M pairs of distinct keys in one batch.
struct ShuffleData {
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  using Batch = std::shared_ptr<const detail::ArrayBlock<Pair>>;
  std::vector<Batch> batches;
};

std::shared_ptr<const ShuffleData> make_pairs(const Settings& settings);

/// Sums by key in an absl::flat_hash_map that is not reserved, then builds the vector of results.
std::unique_ptr<Runner> hand_shuffle(const ShuffleData& data);
/// The same in two threads: each takes the keys of one parity of a hash out of all the pairs.
std::unique_ptr<Runner> hand_shuffle_two(const ShuffleData& data);
/// oneTBB: parallel scatter into 64 partitions, one map per partition.
std::unique_ptr<Runner> tbb_shuffle(const ShuffleData& data, int threads);

}  // namespace dstream::bench
