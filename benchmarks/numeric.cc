#include "engine.h"
#include "hand_numeric.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

// Function objects, so that both forms inline the same functions as the hand-written loop.
constexpr auto kCalibrate = [](const Sample& s) { return calibrate(s); };
constexpr auto kIsLoud = [](const Sample& s) { return is_loud(s); };
constexpr auto kEnergy = [](const Sample& s) { return energy(s); };
constexpr auto kSum = [](const Sample& a, const Sample& b) { return sum_and_latest(a, b); };

std::unique_ptr<Runner> engine_operators(const NumericData& data, int slots) {
  return engine_runner<Sample>(
      engine_options({1, static_cast<std::uint32_t>(slots)}), one_block_each(data.batches),
      [](DStream<Sample> samples) {
        return samples.map(kCalibrate).filter(kIsLoud).map(kEnergy).reduce(kSum);
      });
}

std::unique_ptr<Runner> engine_through(const NumericData& data, int slots) {
  return engine_runner<Sample>(
      engine_options({1, static_cast<std::uint32_t>(slots)}), one_block_each(data.batches),
      [](DStream<Sample> samples) {
        return samples.through(map(kCalibrate) | filter(kIsLoud) | map(kEnergy)).reduce(kSum);
      });
}

}  // namespace

Comparison numeric_workload() {
  Held<NumericData> samples;
  const auto with = [samples](auto make, int threads) {
    return [samples, make, threads] { return make(*samples, threads); };
  };
  return {
      "numeric",
      "map, filter (half, unpredictable), map, reduce: 10 batches of 2 M records of 16 bytes",
      [samples](const Settings& settings) mutable {
        samples.set(make_samples(settings));
        return samples->batches.front()->size() * samples->batches.size();
      },
      [samples]() mutable { samples.reset(); },
      {{"engine operators, 1 slot", 1, with(engine_operators, 1)},
       {"engine through, 1 slot", 1, with(engine_through, 1)},
       {"hand, 1 thread", 1, with(hand_numeric, 1)},
       {"hand branchless, 1 thread", 1, [samples] { return hand_numeric_branchless(*samples); }},
       {"oneTBB, 1 thread", 1, with(tbb_numeric, 1)},
       {"engine operators, 2 slots", 2, with(engine_operators, 2)},
       {"engine through, 2 slots", 2, with(engine_through, 2)},
       {"hand, 2 threads", 2, with(hand_numeric, 2)},
       {"oneTBB, 2 threads", 2, with(tbb_numeric, 2)}},
      {{"numeric as operators, 1 slot / hand", "engine operators, 1 slot", "hand, 1 thread", 0.7},
       {"numeric as through(...), 1 slot / hand", "engine through, 1 slot", "hand, 1 thread", 0.95},
       {"numeric as through(...), 1 slot / hand branchless", "engine through, 1 slot",
        "hand branchless, 1 thread", 0},
       {"numeric as through(...), 2 slots / hand, 2 threads", "engine through, 2 slots",
        "hand, 2 threads", 0}}};
}

}  // namespace dstream::bench
