#include <atomic>
#include <exception>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/jobs.h"

using namespace dstream;
using jobs::contains;

namespace {

Options either_runner() {
  return GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(2, 2);
}

using Counts = std::vector<std::pair<std::string, std::int64_t>>;

/// Runs `body` in foreach_rdd over one batch of these partitions.
template <class T, class Body>
void with_rdd(const Options& options, std::vector<std::vector<T>> partitions, Body body) {
  StreamingContext ssc(options);
  auto [queue, stream] = ssc.template queue_stream<T>();
  stream.foreach_rdd(body);
  testing::BatchDriver driver(ssc);
  queue.push_blocks(std::move(partitions));
  driver.run_batch();
}

}  // namespace

TEST_CASE("collect, count and take", "[rdd]") {
  std::vector<int> all;
  std::int64_t count = -1;
  std::vector<int> none, two, four, many;
  with_rdd<int>(either_runner(), {{1, 2, 3}, {}, {4, 5}}, [&](Rdd<int> rdd) {
    all = rdd.collect();
    count = rdd.count();
    none = rdd.take(0);
    two = rdd.take(2);
    four = rdd.take(4);
    many = rdd.take(99);
  });
  CHECK(all == std::vector<int>{1, 2, 3, 4, 5});
  CHECK(count == 5);
  CHECK(none.empty());
  CHECK(two == std::vector<int>{1, 2});
  CHECK(four == std::vector<int>{1, 2, 3, 4});
  CHECK(many == all);
}

TEST_CASE("an action may be repeated", "[rdd]") {
  std::vector<std::vector<std::string>> results;
  with_rdd<std::string>(either_runner(), {{"a long string that lives on the heap"}, {"b"}},
                        [&](const Rdd<std::string>& rdd) {
                          for (int i = 0; i < 3; ++i) results.push_back(rdd.collect());
                        });
  REQUIRE(results.size() == 3);
  CHECK(results[0] == std::vector<std::string>{"a long string that lives on the heap", "b"});
  CHECK(results[1] == results[0]);
  CHECK(results[2] == results[0]);
}

TEST_CASE("for_each_partition sees the partitions in order", "[rdd]") {
  std::vector<std::vector<int>> partitions;
  with_rdd<int>(either_runner(), {{1, 2, 3}, {4}}, [&](Rdd<int> rdd) {
    rdd.map([](int x) { return 10 * x; }).for_each_partition([&](std::span<const int> records) {
      partitions.emplace_back(records.begin(), records.end());
    });
  });
  CHECK(partitions == std::vector<std::vector<int>>{{10, 20, 30}, {40}});
}

TEST_CASE("chains run inside foreach_rdd", "[rdd]") {
  Counts counts;
  std::optional<std::string> longest;
  std::vector<std::pair<int, int>> sums;
  with_rdd<std::string>(
      either_runner(), {{"a b", "b c b"}, {"c c"}}, [&](const Rdd<std::string>& lines) {
        const auto words = lines.flat_map(split(' '));
        counts = words.count_by_value().collect();
        longest = lines.reduce(
            [](std::string a, const std::string& b) { return a.size() >= b.size() ? a : b; });
        sums = words.filter([](std::string_view w) { return w != "a"; })
                   .map([](std::string_view w) { return std::pair(w == "b" ? 1 : 2, 1); })
                   .union_with(words.map([](std::string_view) { return std::pair(3, 1); }))
                   .reduce_by_key([](int a, int b) { return a + b; })
                   .collect();
      });
  CHECK(jobs::sorted(counts) == Counts{{"a", 1}, {"b", 3}, {"c", 3}});
  CHECK(longest == "b c b");
  CHECK(jobs::sorted(sums) == std::vector<std::pair<int, int>>{{1, 3}, {2, 3}, {3, 7}});
}

TEST_CASE("transform runs each batch and may return another plan", "[rdd]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  int limit = 2;
  auto out = testing::capture(numbers
                                  .transform([&limit](Rdd<int> rdd, Time time) {
                                    if (time == Time(1'000'000'000)) return rdd;
                                    return rdd.filter([limit](int x) { return x > limit; });
                                  })
                                  .map([](int x) { return -x; }));
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3});
  driver.run_batch();
  CHECK(out.last() == std::vector<int>{-1, -2, -3});
  queue.push({1, 2, 3});
  driver.run_batch();
  CHECK(out.last() == std::vector<int>{-3});
  limit = 1;  // between batches: the function sees outside variables as they are
  queue.push({1, 2, 3});
  driver.run_batch();
  CHECK(out.last() == std::vector<int>{-2, -3});
}

TEST_CASE("transform may shuffle, and be shuffled", "[rdd]") {
  StreamingContext ssc(either_runner());
  auto [queue, words] = ssc.queue_stream<std::string>();
  auto out = testing::capture(
      words.transform([](const Rdd<std::string>& rdd) { return rdd.count_by_value(); })
          .map([](const std::pair<std::string, std::int64_t>& p) {
            return std::pair(p.second, std::int64_t{1});
          })
          .reduce_by_key([](std::int64_t a, std::int64_t b) { return a + b; }));
  testing::BatchDriver driver(ssc);
  queue.push({"a", "b", "a", "c"});
  driver.run_batch();
  CHECK(jobs::sorted(out.last()) ==
        std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 2}, {2, 1}});
}

TEST_CASE("transform may run actions and use their results", "[rdd]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers.transform([](Rdd<int> rdd) {
    const auto total = rdd.count();
    return rdd.map([total](int x) { return static_cast<double>(x) / static_cast<double>(total); });
  }));
  testing::BatchDriver driver(ssc);
  queue.push({2, 4});
  driver.run_batch();
  CHECK(out.last() == std::vector<double>{1, 2});
}

TEST_CASE("an action inside an operator's callable is refused", "[rdd]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::atomic<int> refused{0};
  std::string message;
  numbers.foreach_rdd([&](const Rdd<int>& rdd) {
    rdd.map([&, rdd](int x) {
         try {
           return x + static_cast<int>(rdd.count());
         } catch (const Error& error) {
           if (error.code() == Errc::illegal_state) ++refused;
           message = error.what();
           return -1;
         }
       })
        .collect();
  });
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  CHECK(refused == 1);
  CHECK(contains(message, "may not be called from inside an operator's callable"));
}

TEST_CASE("an action throws the error of its job", "[rdd]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::optional<Error> error;
  unsigned line = 0;
  numbers.foreach_rdd([&](const Rdd<int>& rdd) {
    try {
      line = __LINE__ + 1;
      rdd.map([](int x) -> int { throw std::runtime_error("bad " + std::to_string(x)); }).collect();
    } catch (const Error& e) {
      error.emplace(e);
    }
  });
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  REQUIRE(error.has_value());
  CHECK(error->code() == Errc::task_failed);
  CHECK(error->operation() == "map");
  CHECK(error->where().value().line() == line);
  CHECK(contains(error->what(), "bad 1"));
  CHECK(out.size() == 1);  // the function handled it
}

TEST_CASE("a transform that throws fails its batch", "[rdd]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  int calls = 0;
  const unsigned line = __LINE__ + 1;
  auto out = testing::capture(numbers.transform([&calls](Rdd<int> rdd) {
    ++calls;
    if (rdd.count() > 1) throw std::runtime_error("too many");
    return rdd;
  }));
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  calls = 0;
  queue.push({1, 2});
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(error.code() == Errc::task_failed);
  CHECK(error.operation() == "transform");
  CHECK(error.where().value().line() == line);
  CHECK(error.batch_time() == Time(2'000'000'000));
  CHECK(contains(error.what(), "too many"));
  CHECK(calls == 4);
  CHECK(out.size() == 1);
}
