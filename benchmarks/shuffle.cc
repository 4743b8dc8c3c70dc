#include "engine.h"
#include "hand_shuffle.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

std::unique_ptr<Runner> engine_shuffle(const ShuffleData& data, int slots) {
  return engine_runner<ShuffleData::Pair>(
      engine_options({1, static_cast<std::uint32_t>(slots)}), one_block_each(data.batches),
      [](DStream<ShuffleData::Pair> pairs) {
        return pairs.reduce_by_key([](std::uint64_t a, std::uint64_t b) { return a + b; });
      });
}

}  // namespace

Comparison shuffle_workload() {
  Held<ShuffleData> pairs;
  const auto with = [pairs](auto make, int threads) {
    return [pairs, make, threads] { return make(*pairs, threads); };
  };
  return {"shuffle",
          "reduce_by_key over 10 M distinct keys in one batch, 8-byte keys and values",
          [pairs](const Settings& settings) mutable {
            pairs.set(make_pairs(settings));
            return pairs->batches.front()->size();
          },
          [pairs]() mutable { pairs.reset(); },
          {{"engine, 1 slot", 1, with(engine_shuffle, 1)},
           {"hand, 1 thread", 1, [pairs] { return hand_shuffle(*pairs); }},
           {"oneTBB, 1 thread", 1, with(tbb_shuffle, 1)},
           {"engine, 2 slots", 2, with(engine_shuffle, 2)},
           {"hand, 2 threads", 2, [pairs] { return hand_shuffle_two(*pairs); }},
           {"oneTBB, 2 threads", 2, with(tbb_shuffle, 2)}},
          {{"shuffle, 1 slot / hand, 1 thread", "engine, 1 slot", "hand, 1 thread", 3},
           {"shuffle, 2 slots / hand, 1 thread", "engine, 2 slots", "hand, 1 thread", 6},
           {"shuffle, 2 slots / hand, 2 threads", "engine, 2 slots", "hand, 2 threads", 0}}};
}

}  // namespace dstream::bench
