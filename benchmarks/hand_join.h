#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <dstream/block.h>

#include "harness.h"
#include "results.h"

namespace dstream::bench {

/// Two batches of 5 M pairs; 90 % of the left keys are on the right as well, each once.
struct JoinData {
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  using Block = std::shared_ptr<const detail::ArrayBlock<Pair>>;
  struct Batch {
    Block left;
    Block right;
  };
  std::vector<Batch> batches;
};

using JoinResult = KeyedResult<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>>;

std::shared_ptr<const JoinData> make_join_data(const Settings& settings);

/// A reserved absl::flat_hash_map of the right side, probed by the left one.
std::unique_ptr<Runner> hand_join(const JoinData& data);

}  // namespace dstream::bench
