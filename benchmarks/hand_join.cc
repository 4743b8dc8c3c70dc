#include "hand_join.h"

#include <absl/container/flat_hash_map.h>

#include "hand_batch.h"

namespace dstream::bench {
namespace {

constexpr std::size_t kRecords = 5'000'000;

/// The i-th key: an odd multiplier permutes the 64-bit numbers, and so does folding the high half.
std::uint64_t key_of(std::uint64_t i) {
  std::uint64_t key = (i + 1) * 0xd1342543de82ef95;
  key ^= key >> 32;
  return key * 0x9e3779b97f4a7c15;
}

class JoinByHand {
 public:
  JoinResult operator()(const JoinData::Batch& batch) {
    absl::flat_hash_map<std::uint64_t, std::uint64_t> right;
    right.reserve(batch.right->size());
    for (const auto& [key, value] : batch.right->array()) right.emplace(key, value);
    JoinResult result(1);
    result.front().reserve(batch.left->size());
    for (const auto& [key, value] : batch.left->array()) {
      const auto match = right.find(key);
      if (match != right.end()) result.front().emplace_back(key, std::pair(value, match->second));
    }
    return result;
  }
};

}  // namespace

std::shared_ptr<const JoinData> make_join_data(const Settings& settings) {
  const std::uint64_t count = settings.scaled(kRecords, 1000);
  BlockBuilder<JoinData::Pair> left;
  BlockBuilder<JoinData::Pair> right;
  left.reserve(count);
  right.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    right.append(JoinData::Pair{key_of(i), i});
    // The left side comes in another order: a prime larger than any count permutes the range.
    const std::uint64_t other = i * 2'654'435'761 % count + count / 10;
    left.append(JoinData::Pair{key_of(other), i});
  }
  auto data = std::make_shared<JoinData>();
  data->batches.push_back({left.finish(), right.finish()});
  return data;
}

std::unique_ptr<Runner> hand_join(const JoinData& data) {
  return hand_runner<JoinByHand>(data.batches);
}

}  // namespace dstream::bench
