#include "hand_group.h"

#include <absl/container/flat_hash_map.h>

#include "hand_batch.h"
#include "random.h"

namespace dstream::bench {
namespace {

constexpr std::size_t kRecords = 10'000'000;
constexpr std::uint32_t kKeys = 100'000;

class GroupByHand {
 public:
  KeyedResult<std::uint64_t, std::vector<std::uint64_t>> operator()(const GroupData::Batch& batch) {
    absl::flat_hash_map<std::uint64_t, std::vector<std::uint64_t>> groups;
    for (const auto& [key, value] : batch->array()) groups[key].push_back(value);
    KeyedResult<std::uint64_t, std::vector<std::uint64_t>> result(1);
    result.front().reserve(groups.size());
    for (auto& [key, values] : groups) result.front().emplace_back(key, std::move(values));
    return result;
  }
};

}  // namespace

std::shared_ptr<const GroupData> make_group_data(const Settings& settings) {
  const std::size_t count = settings.scaled(kRecords, 1000);
  RandomSequence random(7);
  BlockBuilder<GroupData::Pair> builder;
  builder.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    builder.append(GroupData::Pair{random.below(kKeys) * 0x9e3779b97f4a7c15, i});
  }
  auto data = std::make_shared<GroupData>();
  data->batches.push_back(builder.finish());
  return data;
}

std::unique_ptr<Runner> hand_group(const GroupData& data) {
  return hand_runner<GroupByHand>(data.batches);
}

}  // namespace dstream::bench
