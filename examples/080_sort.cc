// Puts what a batch holds in order: all trips by price, with their ranks.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

struct Trip {
  std::string driver;
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

  dstream::testing::BatchDriver driver(ssc);
  dispatch.push({{"ada", 9.5}, {"grace", 31.0}, {"alan", 9.5}, {"edsger", 18.25}});
  driver.run_batch();
  std::puts("--");
  dispatch.push({{"barbara", 4.0}});
  driver.run_batch();
}
