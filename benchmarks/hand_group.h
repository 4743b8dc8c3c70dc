#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <dstream/block.h>

#include "harness.h"

namespace dstream::bench {

/// 10 M pairs of 100 000 keys in one batch.
struct GroupData {
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  using Batch = std::shared_ptr<const detail::ArrayBlock<Pair>>;
  std::vector<Batch> batches;
};

std::shared_ptr<const GroupData> make_group_data(const Settings& settings);

/// An absl::flat_hash_map of vectors, then the vector of results.
std::unique_ptr<Runner> hand_group(const GroupData& data);

}  // namespace dstream::bench
