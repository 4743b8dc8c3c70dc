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

TEST_CASE("union_with puts this stream's partitions first, whatever else the plan visits") {
  dstream::StreamingContext ssc(options());
  auto [queue1, a] = ssc.queue_stream<int>();
  auto [queue2, b] = ssc.queue_stream<int>();
  const bool other_first = GENERATE(false, true);
  if (other_first) b.for_each([](int) {});
  auto shuffled = a.count().map([](std::int64_t n) { return static_cast<int>(n); });
  auto deep_first = dstream::testing::capture(shuffled.union_with(b));
  auto deep_last = dstream::testing::capture(b.union_with(shuffled));
  auto twice =
      dstream::testing::capture(b.union_with(a).union_with(b.map([](int x) { return -x; })));
  dstream::testing::BatchDriver driver(ssc);
  queue1.push({10, 11});
  queue2.push({1, 2, 3});
  driver.run_batch();
  CHECK(deep_first.last() == std::vector<int>{2, 1, 2, 3});
  CHECK(deep_last.last() == std::vector<int>{1, 2, 3, 2});
  CHECK(twice.last().size() == 8);
}
