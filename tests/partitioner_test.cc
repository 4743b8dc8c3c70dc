#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/key_jobs.h"

using namespace dstream;

namespace {

using Pair = std::pair<int, int>;

const auto kPlus = [](int a, int b) { return a + b; };

/// Puts every key where `f` says; gives the results.
template <class F>
std::vector<Pair> sums(const Options& options, F f, int partitions, const std::vector<int>& keys) {
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers.map([](int x) { return Pair(x, 1); })
                                  .reduce_by_key(kPlus, partition_by(f, partitions)));
  testing::BatchDriver driver(ssc);
  queue.push_blocks({keys, keys});
  driver.run_batch();
  return out.last();
}

template <class F>
std::vector<Pair> expected(F f, int partitions, const std::vector<int>& keys) {
  key_jobs::Pairs<int, int> all;
  for (int i = 0; i < 2; ++i) {
    for (const int k : keys) all.emplace_back(k, 1);
  }
  std::vector<Pair> results;
  for (const auto& [k, ones] : key_jobs::grouped(all)) {
    results.emplace_back(k, static_cast<int>(ones.size()));
  }
  return key_jobs::by_group(std::move(results), [&](int k) {
    return key_jobs::group_in(k, static_cast<std::uint32_t>(f(k)),
                              static_cast<std::uint32_t>(partitions));
  });
}

/// The Error of a job whose partitioner is `f`, of three partitions.
template <class F>
Error error_of_partitioner(const Options& options, F f, unsigned& line) {
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  line = __LINE__ + 1;
  auto counts = numbers.key_by([](int x) { return x; }).count(partition_by(f, 3));
  auto out = testing::capture(counts);
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3});
  return jobs::error_of([&] { driver.run_batch(); });
}

}  // namespace

TEST_CASE("partition_by decides where keys go, and nothing else", "[partitioner]") {
  struct Row {
    const char* name;
    int (*f)(int);
    int partitions;
  };
  const std::vector<Row> rows = {
      {"all in the only one", [](int) { return 0; }, 1},
      {"all in the first of many", [](int) { return 0; }, 16},
      {"all in the last of 128", [](int) { return 127; }, 128},
      {"by remainder", [](int k) { return k % 5; }, 5},
      {"ranges of many", [](int k) { return k / 10 % 128; }, 128},
  };
  const std::vector<std::vector<int>> batches = {
      {}, {7}, jobs::numbers(0, 1000), key_jobs::random_keys(5, 5000, 60)};
  for (const Options& options : key_jobs::runners()) {
    for (const Row& row : rows) {
      for (const auto& keys : batches) {
        INFO(row.name << ", " << keys.size() << " records");
        CHECK(
            (sums(options, row.f, row.partitions, keys) == expected(row.f, row.partitions, keys)));
      }
    }
  }
}

TEST_CASE("a partition is what one task of the next stage reads", "[partitioner]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::vector<std::vector<int>> seen;
  numbers.foreach_rdd([&seen](const Rdd<int>& rdd) {
    rdd.distinct(partition_by([](int x) { return x / 100; }, 3))
        .for_each_partition(
            [&seen](std::span<const int> part) { seen.emplace_back(part.begin(), part.end()); });
  });
  testing::BatchDriver driver(ssc);
  queue.push({5, 205, 105, 7, 5, 299});
  driver.run_batch();
  REQUIRE(seen.size() == 3);
  CHECK(jobs::sorted(seen[0]) == std::vector<int>{5, 7});
  CHECK(seen[1] == std::vector<int>{105});
  CHECK(jobs::sorted(seen[2]) == std::vector<int>{205, 299});
}

TEST_CASE("where records are combined, the partitioner is called once per key and slice",
          "[partitioner]") {
  Options options = jobs::by_hand();
  options.slice_records = 1000;
  const auto calls = std::make_shared<std::atomic<int>>(0);
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(
      numbers.count_by_value(partition_by([calls](int k) { return ++*calls, k; }, 10)));
  testing::BatchDriver driver(ssc);
  std::vector<int> values;
  for (int i = 0; i < 3000; ++i) values.push_back(i % 10);
  queue.push_blocks({values});
  driver.run_batch();
  CHECK(out.last().size() == 10);
  CHECK(*calls == 30);
}

TEST_CASE("text keys reach the partitioner as views or as strings", "[partitioner]") {
  const std::vector<std::string> words = {"", "a", std::string("\0b", 2), "\xff\xfe",
                                          "a text that is longer than what lies inline"};
  for (const Options& options : key_jobs::runners()) {
    StreamingContext ssc(options);
    auto [queue, texts] = ssc.queue_stream<std::string>();
    const auto by_view = [](std::string_view k) { return k.size() % 3; };
    const auto by_string = [](const std::string& k) { return k.size() % 3; };
    auto views = testing::capture(texts.distinct(partition_by(by_view, 3)));
    auto strings = testing::capture(texts.distinct(partition_by(by_string, 3)));
    testing::BatchDriver driver(ssc);
    queue.push(words);
    driver.run_batch();
    CHECK(views.last() == strings.last());
    CHECK(jobs::sorted(views.last()) == jobs::sorted(words));
    std::vector<std::size_t> places;
    for (const std::string& k : views.last()) places.push_back(k.size() % 3);
    CHECK(std::is_sorted(places.begin(), places.end()));
  }
}

TEST_CASE("a partitioner that returns nonsense ends the context with a clear error",
          "[partitioner]") {
  struct Row {
    std::int64_t (*f)(int);
    const char* message;
  };
  const std::vector<Row> rows = {
      {[](int) -> std::int64_t { return 3; }, "returned 3, but the partitions are 0 to 2"},
      {[](int) -> std::int64_t { return -1; }, "returned -1"},
      {[](int) { return std::numeric_limits<std::int64_t>::min(); },
       "returned -9223372036854775808"},
      {[](int k) -> std::int64_t { return k == 3 ? 1'000'000'000'000 : 0; },
       "returned 1000000000000"},
      {[](int) -> std::int64_t { throw std::runtime_error("no idea"); }, "it threw: no idea"},
      {[](int) -> std::int64_t { throw 5; }, "it threw: an exception that is not"},
  };
  for (const Options& options : key_jobs::runners()) {
    for (const Row& row : rows) {
      unsigned line = 0;
      const Error error = error_of_partitioner(options, row.f, line);
      CHECK(error.code() == Errc::invalid_argument);
      CHECK(error.operation() == "count");
      CHECK(error.where().value().line() == line);
      CHECK(jobs::contains(error.where().value().file_name(), "partitioner_test.cc"));
      CHECK(jobs::contains(error.what(), row.message));
    }
  }
  unsigned line = 0;
  const Error error = error_of_partitioner(
      jobs::by_hand(), [](int) { return ~std::uint64_t{0}; }, line);
  CHECK(jobs::contains(error.what(), "but the partitions are 0 to 2"));
}

TEST_CASE("a partitioner that throws now and then is asked again", "[partitioner]") {
  Options options = jobs::on_executors();
  options.slice_records = 10;
  const key_jobs::Hazard hazard(7);
  const auto keys = jobs::numbers(0, 5);
  const auto f = [hazard](int k) { return hazard(), k % 3; };
  CHECK((sums(options, f, 3, keys) == expected([](int k) { return k % 3; }, 3, keys)));
  CHECK(hazard.calls() > 10);
}

TEST_CASE("the number of partitions of a partitioner is checked", "[partitioner]") {
  StreamingContext ssc(jobs::by_hand());
  auto pairs = ssc.queue_stream<Pair>().second;
  const auto zero = [](int) { return 0; };
  for (const int count : {0, -1, 129}) {
    CHECK(jobs::code_of([&] { pairs.group_by_key(partition_by(zero, count)); }) ==
          Errc::invalid_argument);
    CHECK(jobs::code_of([&] { pairs.join(pairs, partition_by(zero, count)); }) ==
          Errc::invalid_argument);
    CHECK(jobs::code_of([&] { pairs.join(pairs, count); }) == Errc::invalid_argument);
  }
}
