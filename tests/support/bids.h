#pragma once

#include <dstream/dstream.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/jobs.h"

/// Records, and short ways to run aggregates over them.
namespace bids {

using namespace dstream;

struct Bid {
  std::uint32_t auction;
  std::int64_t price;
  double weight;
  std::string bidder;
  bool won;

  std::int64_t cents() const { return 100 * price; }
};

using Blocks = std::vector<std::vector<Bid>>;

inline Options either_runner() {
  return GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(2, 2);
}

inline std::uint64_t next(std::uint64_t& x) { return x ^= x << 13, x ^= x >> 7, x ^= x << 17; }

/// Blocks of uneven sizes, one of them empty.
inline Blocks make_bids(int count, std::uint64_t seed = 1) {
  Blocks blocks(5);
  std::uint64_t x = seed * 88172645463325252ULL;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t r = next(x);
    const auto price = static_cast<std::int64_t>(r >> 40 & 0xffff) - 20'000;
    blocks[i < count / 10  ? 0
           : i < count / 2 ? 1
           : i % 7 == 0    ? 3
                           : 4]
        .push_back({static_cast<std::uint32_t>(r % 23), price,
                    static_cast<double>(r % 1'000'003) / 7.0,
                    "bidder number " + std::to_string(r >> 33 & 63), (r >> 50) % 3 == 0});
  }
  return blocks;
}

inline std::vector<Bid> flat(const Blocks& blocks) {
  std::vector<Bid> all;
  for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

inline std::map<std::uint32_t, std::vector<Bid>> by_auction(const Blocks& blocks) {
  std::map<std::uint32_t, std::vector<Bid>> result;
  for (const Bid& bid : flat(blocks)) result[bid.auction].push_back(bid);
  return result;
}

/// One batch of `blocks` through `build(stream)`, in slices of 64 records.
template <class T, class Build>
auto run(Options options, const std::vector<std::vector<T>>& blocks, const Build& build) {
  options.slice_records = 64;
  StreamingContext ssc(options);
  auto [queue, stream] = ssc.template queue_stream<T>();
  auto out = testing::capture(build(stream));
  testing::BatchDriver driver(ssc);
  if (!blocks.empty()) queue.push_blocks(blocks);
  driver.run_batch();
  return out.last();
}

/// The result of one aggregate over these values as one batch.
template <class T, class A>
auto over(const std::vector<T>& values, const A& aggregate, Options options = jobs::by_hand()) {
  auto records =
      run<T>(options, {values}, [&](const DStream<T>& s) { return s.aggregate(aggregate); });
  REQUIRE(records.size() == 1);
  return records.front();
}

/// The same of key 7, on a keyed stream: results are not optional there.
template <class T, class A>
auto of_key(const std::vector<T>& values, const A& aggregate) {
  auto records = run<T>(jobs::by_hand(), {values}, [&](const DStream<T>& s) {
    return s.key_by([](const T&) { return 7; }).aggregate(aggregate);
  });
  REQUIRE(records.size() == 1);
  return records.front().second;
}

template <class T>
std::map<std::uint32_t, T> as_map(const std::vector<std::pair<std::uint32_t, T>>& pairs) {
  std::map<std::uint32_t, T> map(pairs.begin(), pairs.end());
  CHECK(map.size() == pairs.size());
  return map;
}

/// Ten lines of a user's.
struct Longest {
  std::string zero() const { return {}; }
  void add(std::string& state, const Bid& bid) const {
    if (bid.bidder.size() > state.size()) state = bid.bidder;
  }
  void merge(std::string& into, const std::string& from) const {
    if (from.size() > into.size()) into = from;
  }
  std::size_t result(const std::string& state) const { return state.size(); }
};

}  // namespace bids
