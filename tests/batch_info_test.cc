#include "support/catch.h"

#include <optional>
#include <stdexcept>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

using dstream::BatchInfo;
using dstream::Rdd;
using dstream::Time;

TEST_CASE("foreach_rdd is told what is known of its batch so far") {
  const auto clock = std::make_shared<dstream::testing::ManualClock>(Time(5'000'000'000));
  dstream::StreamingContext ssc(dstream::testing::inline_options(clock));
  auto [queue, numbers] = ssc.queue_stream<int>();
  bool thrown = false;
  std::optional<BatchInfo> told;
  numbers
      .map([&thrown](int n) {
        if (!thrown) {
          thrown = true;
          throw std::runtime_error("once");
        }
        return n;
      })
      .foreach_rdd([&told](const Rdd<int>&, Time, const BatchInfo& info) { told = info; });

  dstream::testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3});
  driver.run_batch();

  REQUIRE(told);
  CHECK(told->records == 3);
  CHECK(told->processing_start == clock->now());
  CHECK_FALSE(told->processing_end);
  CHECK(told->failed_attempts == 1);
}
