// Orders what a batch holds: all trips by price, the longest ones, the shortest one.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

struct Trip {
  std::string driver;
  std::int32_t minutes;
  double price;
};

int main() {
  // Batches by hand, so that it is plain what happens when; see 040_testing.cc.
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [dispatch, trips] = ssc.queue_stream<Trip>();

  // The key is a member or any function of the record. Trips of equal price stay as they came.
  trips.sort_by(&Trip::price, dstream::SortOrder::descending)
      .zip_with_index()
      .for_each([](const std::pair<Trip, std::int64_t>& ranked) {
        std::printf("%d. %-6s %5.2f\n", static_cast<int>(ranked.second) + 1,
                    ranked.first.driver.c_str(), ranked.first.price);
      });

  // Only the first two are kept, slice by slice: cheaper than sorting everything.
  trips
      .top(2, [](const Trip& a, const Trip& b) { return a.minutes < b.minutes; })
      .for_each([](const Trip& trip) {
        std::printf("long: %s, %d min\n", trip.driver.c_str(), trip.minutes);
      });

  // An Rdd has both as actions: the smallest, right here.
  trips.map([](const Trip& trip) { return trip.minutes; })
      .foreach_rdd([](const dstream::Rdd<std::int32_t>& minutes) {
        for (const std::int32_t shortest : minutes.take_ordered(1)) {
          std::printf("shortest: %d min\n", shortest);
        }
      });

  dstream::testing::BatchDriver driver(ssc);
  dispatch.push({{"ada", 12, 9.5}, {"grace", 40, 31.0}, {"alan", 7, 9.5}, {"edsger", 25, 18.25}});
  driver.run_batch();
  std::puts("--");
  dispatch.push({{"barbara", 3, 4.0}});
  driver.run_batch();
}
