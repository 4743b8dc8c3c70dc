#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/jobs.h"

using namespace dstream;

namespace {

/// Everything that a job put out, as text that differs if one bit or one place does.
using Results = std::vector<std::string>;

template <class T>
std::string bytes_of(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string text(double x) { return bytes_of(x); }
std::string text(std::int64_t x) { return std::to_string(x); }
std::string text(const std::string& x) { return x; }
template <class A, class B>
std::string text(const std::pair<A, B>& x) {
  return text(x.first) + "=" + text(x.second);
}

template <class T>
void add(Results& results, const testing::Captured<T>& captured) {
  for (const auto& batch : captured.batches()) {
    results.push_back("batch " + std::to_string(batch.time.ns()));
    for (const auto& record : batch.records) results.push_back(text(record));
  }
}

/// Records whose sum depends on the order of addition.
std::vector<std::vector<double>> blocks(int batch) {
  std::vector<std::vector<double>> result(3 + static_cast<std::size_t>(batch) % 3);
  std::uint64_t x = 88172645463325252ULL + static_cast<std::uint64_t>(batch);
  for (auto& block : result) {
    for (int i = 0; i < 257 + 31 * batch; ++i) {
      x ^= x << 13, x ^= x >> 7, x ^= x << 17;
      block.push_back(static_cast<double>(x % 1000003) / 7.0);
    }
  }
  return result;
}

using Hazard = std::function<void()>;

/// Float folds, text keys, a tee, a shuffle behind a shuffle; `hazard` is called in every callable.
Results run(
    Options options, const Hazard& hazard = [] {}) {
  options.slice_records = 64;
  options.default_partitions = 7;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<double>();
  const auto plus = [hazard](double a, double b) { return hazard(), a + b; };
  auto scaled = numbers.map([hazard](double x) { return hazard(), x * 1.1; });
  auto sum = testing::capture(scaled.reduce(plus));
  auto keyed = scaled.map([](double x) {
    return std::pair("key number " + std::to_string(static_cast<int>(x) % 50), x);
  });
  auto sums = keyed.reduce_by_key(plus);
  auto by_key = testing::capture(sums);
  auto again =
      testing::capture(sums.map([hazard](const std::pair<std::string, double>& p) {
                             return hazard(),
                                    std::pair(static_cast<std::int64_t>(p.first.back()), p.second);
                           })
                           .reduce_by_key(plus));
  auto counts = testing::capture(
      scaled.map([](double x) { return static_cast<std::int64_t>(x) % 9; }).count_by_value());
  std::vector<double> seen;
  scaled.for_each([&seen](double x) { seen.push_back(x); });
  testing::BatchDriver driver(ssc);
  for (int b = 0; b < 4; ++b) {
    queue.push_blocks(blocks(b));
    driver.run_batch();
  }
  Results results;
  add(results, sum);
  add(results, by_key);
  add(results, again);
  add(results, counts);
  for (const double x : seen) results.push_back(text(x));
  return results;
}

}  // namespace

TEST_CASE("results do not depend on what runs them", "[determinism]") {
  const Results expected = run(jobs::by_hand());
  REQUIRE(expected.size() > 4000);
  for (std::uint32_t executors = 1; executors <= 3; ++executors) {
    for (std::uint32_t slots = 1; slots <= 3; ++slots) {
      INFO("executors " << executors << ", slots " << slots);
      Options options = jobs::on_executors(executors, slots);
      options.max_batches_in_flight = slots;
      CHECK(run(options) == expected);
    }
  }
}

TEST_CASE("results do not depend on attempts that failed", "[determinism]") {
  const Results expected = run(jobs::by_hand());
  for (const std::uint32_t executors : {0U, 1U, 2U}) {
    Options options = executors == 0 ? jobs::by_hand() : jobs::on_executors(executors, 2);
    options.max_task_failures = 1000;
    auto calls = std::make_shared<std::atomic<std::uint64_t>>(0);
    const Results results = run(options, [calls] {
      if (calls->fetch_add(1) % 997 == 500) throw std::runtime_error("now and then");
    });
    // for_each saw the records of its own failed attempts, which come from no hazard: none.
    CHECK(results == expected);
    CHECK(calls->load() > 10000);
  }
}

TEST_CASE("slices and partitions are part of the result, runners are not", "[determinism]") {
  const auto order = [](Options options, std::uint32_t partitions) {
    options.default_partitions = partitions;
    options.slice_records = 10;
    StreamingContext ssc(options);
    auto [queue, numbers] = ssc.queue_stream<int>();
    auto out = testing::capture(numbers.count_by_value());
    testing::BatchDriver driver(ssc);
    queue.push(jobs::numbers(0, 100));
    driver.run_batch();
    return out.last();
  };
  for (const std::uint32_t partitions : {1U, 5U, 128U}) {
    CHECK(order(jobs::by_hand(), partitions) == order(jobs::on_executors(3, 2), partitions));
  }
  CHECK(jobs::sorted(order(jobs::by_hand(), 1)) == jobs::sorted(order(jobs::by_hand(), 128)));
}
