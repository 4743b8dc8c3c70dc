#include "support/catch.h"

#include <dstream/detail/source_blocks.h>
#include <dstream/testing/batch_driver.h>
#include <dstream/testing/capturing_sink.h>

#include <memory>
#include <vector>

namespace {

using dstream::detail::BlockPtr;

std::vector<BlockPtr> blocks_of(std::vector<int> records) {
  std::vector<BlockPtr> blocks;
  dstream::detail::append_blocks<int>(std::move(records), blocks);
  return blocks;
}

dstream::Options options() {
  return dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>());
}

}  // namespace

TEST_CASE("Submitted blocks go to the sources in order of definition, whatever the outputs use") {
  dstream::StreamingContext ssc(options());
  auto [queue1, unused] = ssc.queue_stream<int>();
  auto [queue2, second] = ssc.queue_stream<int>();
  auto [queue3, third] = ssc.queue_stream<int>();
  auto of_third = dstream::testing::capture(third);
  auto of_second = dstream::testing::capture(second);
  dstream::testing::BatchDriver driver(ssc);
  driver.submit({blocks_of({1}), blocks_of({2, 2}), blocks_of({3, 3, 3})});
  driver.drain();
  CHECK(of_second.last() == std::vector<int>{2, 2});
  CHECK(of_third.last() == std::vector<int>{3, 3, 3});
  REQUIRE(of_third.infos().back().sources.size() == 3);
  CHECK(of_third.infos().back().sources[1].records == 2);
}

TEST_CASE("An input that no output needs is drained, and closed with its context") {
  dstream::StreamingContext ssc(options());
  auto [unused, stream] = ssc.inlet<int>({.capacity_bytes = 64});
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto captured = dstream::testing::capture(numbers);
  dstream::testing::BatchDriver driver(ssc);
  // More than fits at once: every batch makes room.
  for (int batch = 0; batch < 10; ++batch) {
    for (int i = 0; i < 4; ++i) REQUIRE(unused.try_push(i) == dstream::PushResult::ok);
    driver.run_batch();
  }
  ssc.stop();
  CHECK(unused.try_push(1) == dstream::PushResult::stopped);
}
