#include <atomic>
#include <cstdint>
#include <numeric>
#include <thread>
#include <vector>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/task_arena.h>

#include "support/jobs.h"

using namespace dstream;

namespace {

constexpr int kRecords = 2000;
constexpr std::int64_t kSum = std::int64_t{kRecords} * (kRecords - 1) / 2;

std::int64_t host_sum() {
  return tbb::parallel_reduce(
      tbb::blocked_range<int>(0, kRecords), std::int64_t{0},
      [](const tbb::blocked_range<int>& range, std::int64_t sum) {
        for (int i = range.begin(); i != range.end(); ++i) sum += i;
        return sum;
      },
      std::plus<>());
}

/// Batches of one context on a thread of the host.
bool run_job(int batches) {
  Options options = jobs::on_executors(2, 2);
  options.slice_records = 100;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto sums = testing::capture(
      numbers.map([](int x) { return std::int64_t{x}; }).reduce([](std::int64_t a, std::int64_t b) {
        return a + b;
      }));
  testing::BatchDriver driver(ssc);
  bool good = true;
  for (int i = 0; i < batches; ++i) {
    queue.push(jobs::numbers(0, kRecords));
    driver.run_batch();
    good = good && sums.last() == std::vector<std::int64_t>{kSum};
  }
  return good;
}

}  // namespace

TEST_CASE("two contexts work beside a host that uses TBB", "[tbb]") {
  const std::size_t threads_before =
      tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  std::atomic<int> good{0};
  std::thread one([&] { good += run_job(20); });
  std::thread other([&] { good += run_job(20); });
  for (int i = 0; i < 200; ++i) CHECK(host_sum() == kSum);
  one.join();
  other.join();
  CHECK(good == 2);
  CHECK(tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism) ==
        threads_before);
}

TEST_CASE("a host inside an arena of its own starts and stops contexts", "[tbb]") {
  tbb::task_arena arena(2);
  CHECK(arena.execute([] { return run_job(5); }));
}

TEST_CASE("tasks of the host run contexts", "[tbb]") {
  std::atomic<int> good{0};
  tbb::parallel_for(0, 4, [&](int) { good += run_job(3); });
  CHECK(good == 4);
}

TEST_CASE("a callable may use TBB itself", "[tbb]") {
  Options options = jobs::on_executors(1, 2);
  options.slice_records = 1;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers.map([](int x) { return host_sum() + x; }));
  testing::BatchDriver driver(ssc);
  queue.push(jobs::numbers(0, 20));
  driver.run_batch();
  std::vector<std::int64_t> expected(20);
  std::iota(expected.begin(), expected.end(), kSum);
  CHECK(out.last() == expected);
}
