#include <dstream/dstream.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include "support/jobs.h"

namespace {
struct Bid {
  int auction;
  double price;
};
}  // namespace

// The aggregates are named as some algorithms are; who opens both namespaces can use both.
TEST_CASE("the names of aggregates are found beside those of std", "[aggregate]") {
  using namespace dstream;
  using namespace std;
  StreamingContext ssc(jobs::by_hand());
  auto [queue, bids] = ssc.queue_stream<Bid>();
  const auto cheap = [](const Bid& bid) { return bid.price < 2; };
  auto out =
      testing::capture(bids.key_by(&Bid::auction)
                           .aggregate(count(), count_if(cheap), min(&Bid::price), max(&Bid::price),
                                      first(&Bid::price), sum(&Bid::price), mean(&Bid::price)));
  auto whole =
      testing::capture(bids.map([](const Bid& bid) { return bid.price; })
                           .aggregate(min(), max(), approx_distinct_count(std::identity(), 12)));
  testing::BatchDriver driver(ssc);
  queue.push({{1, 1.5}, {1, 3}});
  driver.run_batch();
  CHECK(out.last().at(0).second == tuple(int64_t{2}, int64_t{1}, 1.5, 3.0, 1.5, 4.5, 2.25));
  CHECK(whole.last().at(0) == tuple(optional(1.5), optional(3.0), int64_t{2}));
  const vector<int> values{3, 1, 3};
  CHECK(count(values.begin(), values.end(), 3) == 2);
  CHECK(count_if(values.begin(), values.end(), [](int x) { return x > 1; }) == 2);
  CHECK(min(1, 2) + max({4, 9, 2}) == 10);
}
