// The longest trips of a batch, and the shortest: without sorting the rest.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

struct Trip {
  std::string driver;
  std::int32_t minutes;
};

int main() {
  // Batches by hand, so that it is plain what happens when; see 040_testing.cc.
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [dispatch, trips] = ssc.queue_stream<Trip>();

  // Each task keeps two trips of its slice, and two of those are kept in the end.
  trips.top(2, [](const Trip& a, const Trip& b) { return a.minutes < b.minutes; })
      .for_each([](const Trip& trip) {
        std::printf("long: %s, %d min\n", trip.driver.c_str(), trip.minutes);
      });

  // An Rdd has it as an action: the value, right here.
  trips.map([](const Trip& trip) { return trip.minutes; })
      .foreach_rdd([](const dstream::Rdd<std::int32_t>& minutes) {
        for (const std::int32_t shortest : minutes.take_ordered(1)) {
          std::printf("shortest: %d min\n", shortest);
        }
      });

  dstream::testing::BatchDriver driver(ssc);
  dispatch.push({{"ada", 12}, {"grace", 40}, {"alan", 7}, {"edsger", 25}});
  driver.run_batch();
  std::puts("--");
  dispatch.push({{"barbara", 3}});
  driver.run_batch();
}
