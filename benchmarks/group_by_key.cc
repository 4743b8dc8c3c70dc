#include "engine.h"
#include "hand_group.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

std::unique_ptr<Runner> engine_group(const GroupData& data, int slots) {
  return engine_runner<GroupData::Pair>(
      engine_options({1, static_cast<std::uint32_t>(slots)}), one_block_each(data.batches),
      [](DStream<GroupData::Pair> pairs) { return pairs.group_by_key(); });
}

}  // namespace

Comparison group_by_key_workload() {
  Held<GroupData> pairs;
  const auto engine = [pairs](int slots) {
    return [pairs, slots] { return engine_group(*pairs, slots); };
  };
  return {"group_by_key",
          "group_by_key over 10 M records of 100 000 keys in one batch, 8-byte keys and values",
          [pairs](const Settings& settings) mutable {
            pairs.set(make_group_data(settings));
            return pairs->batches.front()->size();
          },
          [pairs]() mutable { pairs.reset(); },
          {{"engine, 1 slot", 1, engine(1)},
           {"hand, 1 thread", 1, [pairs] { return hand_group(*pairs); }},
           {"engine, 2 slots", 2, engine(2)}},
          {{"group_by_key, 1 slot / hand", "engine, 1 slot", "hand, 1 thread", 1.0},
           {"group_by_key, 2 slots / hand", "engine, 2 slots", "hand, 1 thread", 0}}};
}

}  // namespace dstream::bench
