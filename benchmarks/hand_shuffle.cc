#include "hand_shuffle.h"

#include <absl/container/flat_hash_map.h>
#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <array>
#include <span>

#include "crew.h"
#include "hand_batch.h"

namespace dstream::bench {
namespace {

constexpr std::size_t kPairs = 10'000'000;
constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;

using Map = absl::flat_hash_map<std::uint64_t, std::uint64_t>;
using Pair = ShuffleData::Pair;

std::vector<Pair> owned(const Map& map) {
  std::vector<Pair> pairs;
  pairs.reserve(map.size());
  for (const auto& [key, value] : map) pairs.emplace_back(key, value);
  return pairs;
}

class ShuffleByHand {
 public:
  KeySums operator()(const ShuffleData::Batch& batch) {
    Map map;
    for (const auto& [key, value] : batch->array()) map[key] += value;
    return {owned(map)};
  }
};

class ShuffleByTwo {
 public:
  KeySums operator()(const ShuffleData::Batch& batch) {
    KeySums sums(2);
    crew_.run([&](int worker) {
      Map map;
      for (const auto& [key, value] : batch->array()) {
        if (static_cast<int>((key * kOdd) >> 63) == worker) map[key] += value;
      }
      sums[static_cast<std::size_t>(worker)] = owned(map);
    });
    return sums;
  }

 private:
  Crew crew_{2};
};

class ShuffleByTbb {
 public:
  explicit ShuffleByTbb(int threads) : arena_(threads) {}

  KeySums operator()(const ShuffleData::Batch& batch) {
    KeySums sums(kParts);
    arena_.execute([&] {
      tbb::enumerable_thread_specific<Scattered> scattered;
      scatter(batch->array(), scattered);
      tbb::parallel_for(std::size_t{0}, kParts, [&](std::size_t part) {
        Map map;
        for (const Scattered& from : scattered) {
          for (const auto& [key, value] : from[part]) map[key] += value;
        }
        sums[part] = owned(map);
      });
    });
    return sums;
  }

 private:
  static constexpr std::size_t kParts = 64;
  using Scattered = std::array<std::vector<Pair>, kParts>;

  static void scatter(std::span<const Pair> pairs,
                      tbb::enumerable_thread_specific<Scattered>& scattered) {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, pairs.size(), 16'384),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        Scattered& to = scattered.local();
                        for (std::size_t i = range.begin(); i != range.end(); ++i) {
                          to[(pairs[i].first * kOdd) >> 58].push_back(pairs[i]);
                        }
                      });
  }

  tbb::task_arena arena_;
};

}  // namespace

std::shared_ptr<const ShuffleData> make_pairs(const Settings& settings) {
  auto data = std::make_shared<ShuffleData>();
  BlockBuilder<Pair> builder;
  const std::size_t count = settings.scaled(kPairs, 1000);
  builder.reserve(count);
  // An odd multiplier permutes the 64-bit numbers, and so does folding the high half down.
  for (std::uint64_t i = 1; i <= count; ++i) {
    std::uint64_t key = i * 0xd1342543de82ef95;
    key ^= key >> 32;
    builder.append(Pair{key * kOdd, i});
  }
  data->batches.push_back(builder.finish());
  return data;
}

std::unique_ptr<Runner> hand_shuffle(const ShuffleData& data) {
  return hand_runner<ShuffleByHand>(data.batches);
}

std::unique_ptr<Runner> hand_shuffle_two(const ShuffleData& data) {
  return hand_runner<ShuffleByTwo>(data.batches);
}

std::unique_ptr<Runner> tbb_shuffle(const ShuffleData& data, int threads) {
  return hand_runner<ShuffleByTbb>(data.batches, threads);
}

}  // namespace dstream::bench
