#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include <dstream/block.h>

#include "harness.h"

namespace dstream::bench {

struct AdEvent {
  std::int64_t time_ms;
  std::int32_t ad;
  std::int32_t type;
  std::int64_t unused[2];
};
static_assert(sizeof(AdEvent) == 32);

/// 1 000 ads of 100 campaigns, 3 types, uniform; a batch is a window of 10 s.
struct AdData {
  static constexpr std::int32_t kAds = 1000;
  static constexpr std::int32_t kCampaigns = 100;
  static constexpr std::int32_t kTypes = 3;
  static constexpr std::int32_t kWantedType = 1;

  using Campaigns = absl::flat_hash_map<std::int32_t, std::int32_t>;
  using Batch = std::shared_ptr<const detail::ArrayBlock<AdEvent>>;

  std::vector<Batch> batches;
  Campaigns campaign_of;  ///< by ad
};

std::shared_ptr<const AdData> make_ads(const Settings& settings);

/// Counts the wanted events per campaign by hand: both tables are absl::flat_hash_maps.
std::unique_ptr<Runner> hand_advertising(const AdData& data, int threads);
/// The same work by oneTBB's parallel_for with thread-local counts.
std::unique_ptr<Runner> tbb_advertising(const AdData& data, int threads);

}  // namespace dstream::bench
