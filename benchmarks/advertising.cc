#include "engine.h"
#include "hand_advertising.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

std::unique_ptr<Runner> engine_advertising(const AdData& data, int slots) {
  return engine_runner<AdEvent>(
      engine_options({1, static_cast<std::uint32_t>(slots)}), one_block_each(data.batches),
      [&data](DStream<AdEvent> events) {
        return events.filter([](const AdEvent& event) { return event.type == AdData::kWantedType; })
            .map([campaign_of = data.campaign_of](const AdEvent& event) {
              return campaign_of.find(event.ad)->second;
            })
            .count_by_value();
      });
}

}  // namespace

Comparison advertising_workload() {
  Held<AdData> ads;
  const auto with = [ads](auto make, int threads) {
    return [ads, make, threads] { return make(*ads, threads); };
  };
  return {"advertising",
          "filter by type, look the campaign up, count per campaign: 10 windows of 5 M events",
          [ads](const Settings& settings) mutable {
            ads.set(make_ads(settings));
            return ads->batches.front()->size() * ads->batches.size();
          },
          [ads]() mutable { ads.reset(); },
          {{"engine, 1 slot", 1, with(engine_advertising, 1)},
           {"hand, 1 thread", 1, with(hand_advertising, 1)},
           {"oneTBB, 1 thread", 1, with(tbb_advertising, 1)},
           {"engine, 2 slots", 2, with(engine_advertising, 2)},
           {"hand, 2 threads", 2, with(hand_advertising, 2)},
           {"oneTBB, 2 threads", 2, with(tbb_advertising, 2)}},
          {{"advertising, 1 slot / hand", "engine, 1 slot", "hand, 1 thread", 1.2},
           {"advertising, 2 slots / hand, 2 threads", "engine, 2 slots", "hand, 2 threads", 1.2}}};
}

}  // namespace dstream::bench
