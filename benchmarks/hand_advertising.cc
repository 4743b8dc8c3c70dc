#include "hand_advertising.h"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "crew.h"
#include "hand_batch.h"
#include "random.h"

namespace dstream::bench {
namespace {

constexpr std::size_t kEventsPerBatch = 5'000'000;
using Counts = absl::flat_hash_map<std::int32_t, std::int64_t>;

void count_events(const AdData::Campaigns& campaign_of, const AdEvent* begin, const AdEvent* end,
                  Counts& counts) {
  for (const AdEvent* event = begin; event != end; ++event) {
    if (event->type != AdData::kWantedType) continue;
    ++counts[campaign_of.find(event->ad)->second];
  }
}

CampaignCounts owned(const Counts& counts) {
  return CampaignCounts{{counts.begin(), counts.end()}};
}

class AdvertisingByHand {
 public:
  AdvertisingByHand(const AdData& data, int threads) : data_(data), crew_(threads) {}

  CampaignCounts operator()(const AdData::Batch& batch) {
    const auto& events = batch->array();
    Counts counts[2];
    crew_.run([&](int worker) {
      const auto [begin, end] = share(events.size(), worker, crew_.threads());
      count_events(data_.campaign_of, events.data() + begin, events.data() + end, counts[worker]);
    });
    for (const auto& [campaign, count] : counts[1]) counts[0][campaign] += count;
    return owned(counts[0]);
  }

 private:
  const AdData& data_;
  Crew crew_;
};

class AdvertisingByTbb {
 public:
  AdvertisingByTbb(const AdData& data, int threads) : data_(data), arena_(threads) {}

  CampaignCounts operator()(const AdData::Batch& batch) {
    const auto& events = batch->array();
    tbb::enumerable_thread_specific<Counts> partial;
    arena_.execute([&] {
      tbb::parallel_for(tbb::blocked_range<std::size_t>(0, events.size(), 16'384),
                        [&](const tbb::blocked_range<std::size_t>& range) {
                          count_events(data_.campaign_of, events.data() + range.begin(),
                                       events.data() + range.end(), partial.local());
                        });
    });
    Counts counts;
    for (const Counts& part : partial) {
      for (const auto& [campaign, count] : part) counts[campaign] += count;
    }
    return owned(counts);
  }

 private:
  const AdData& data_;
  tbb::task_arena arena_;
};

AdEvent random_event(RandomSequence& random, std::int64_t time_ms) {
  const std::uint64_t bits = random.next();
  const auto ad = static_cast<std::int32_t>(((bits & 0xffffffff) * AdData::kAds) >> 32);
  const auto type = static_cast<std::int32_t>(((bits >> 32) * AdData::kTypes) >> 32);
  return {time_ms, ad, type, {static_cast<std::int64_t>(bits), 0}};
}

}  // namespace

std::shared_ptr<const AdData> make_ads(const Settings& settings) {
  auto data = std::make_shared<AdData>();
  RandomSequence random(7);
  for (std::int32_t ad = 0; ad < AdData::kAds; ++ad) {
    data->campaign_of.emplace(ad, ad % AdData::kCampaigns);
  }
  const std::size_t count = settings.scaled(kEventsPerBatch, 1000);
  for (std::int64_t batch = 0; batch < 10; ++batch) {
    BlockBuilder<AdEvent> builder;
    builder.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto in_window = static_cast<std::int64_t>(i * 10'000 / count);
      builder.append(random_event(random, batch * 10'000 + in_window));
    }
    data->batches.push_back(builder.finish());
  }
  return data;
}

std::unique_ptr<Runner> hand_advertising(const AdData& data, int threads) {
  return hand_runner<AdvertisingByHand>(data.batches, data, threads);
}

std::unique_ptr<Runner> tbb_advertising(const AdData& data, int threads) {
  return hand_runner<AdvertisingByTbb>(data.batches, data, threads);
}

}  // namespace dstream::bench
