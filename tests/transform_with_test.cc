#include <atomic>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/jobs.h"

using namespace dstream;
using jobs::contains;

namespace {

Options either_runner() {
  return GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(2, 2);
}

}  // namespace

TEST_CASE("transform_with sees both streams' batches", "[transform]") {
  StreamingContext ssc(either_runner());
  auto [left, numbers] = ssc.queue_stream<int>();
  auto [right, words] = ssc.queue_stream<std::string>();
  auto lengths = testing::capture(
      numbers.transform_with(words, [](const Rdd<int>& a, const Rdd<std::string>& b) {
        return a.union_with(
            b.map([](const std::string& word) { return static_cast<int>(word.size()); }));
      }));
  std::vector<Time> times;
  auto scaled =
      testing::capture(numbers.map([](int x) { return 2 * x; })
                           .transform_with(words.count_by_value(), [&](auto a, auto b, Time t) {
                             times.push_back(t);
                             return a.map([n = b.count()](int x) { return x * n; });
                           }));
  testing::BatchDriver driver(ssc);
  struct Case {
    std::vector<int> numbers;
    std::vector<std::string> words;
    std::vector<int> lengths;
    std::vector<std::int64_t> scaled;
  };
  const std::vector<Case> cases = {{{1, 2}, {"abc", "d", "d"}, {1, 2, 3, 1, 1}, {4, 8}},
                                   {{}, {"abc"}, {3}, {}},
                                   {{5}, {}, {5}, {0}},
                                   {{}, {}, {}, {}}};
  for (const Case& c : cases) {
    left.push(c.numbers);
    right.push(c.words);
    driver.run_batch();
    CHECK(lengths.last() == c.lengths);
    CHECK(scaled.last() == c.scaled);
  }
  CHECK(times.size() == cases.size());
  CHECK(times.back() == Time(4'000'000'000));
}

TEST_CASE("a stream with itself, and with its own result", "[transform]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto total = numbers.count();
  auto out = testing::capture(
      numbers.transform_with(numbers, [](auto a, auto b) { return a.union_with(b); })
          .transform_with(total, [](auto all, auto count) {
            return all.map([n = count.collect().front()](int x) { return x + n; });
          }));
  testing::BatchDriver driver(ssc);
  queue.push({1, 2});
  driver.run_batch();
  CHECK(out.last() == std::vector<std::int64_t>{3, 4, 3, 4});
}

TEST_CASE("one transform over three streams", "[transform]") {
  StreamingContext ssc(either_runner());
  auto [a, numbers] = ssc.queue_stream<int>();
  auto [b, words] = ssc.queue_stream<std::string>();
  auto doubles = numbers.map([](int x) { return x / 2.0; });
  auto out = testing::capture(ssc.transform(
      std::tie(numbers, words, doubles),
      [](const Rdd<int>& x, const Rdd<std::string>& y, const Rdd<double>& z, Time time) {
        const double sum = z.fold(0.0, [](double s, double v) { return s + v; });
        const std::string tail =
            std::to_string(y.count()) + "/" + std::to_string(sum) + "/" + std::to_string(time.ms());
        return x.map([tail](int v) { return std::to_string(v) + "/" + tail; });
      }));
  auto alone = testing::capture(ssc.transform(
      std::make_tuple(words), [](const Rdd<std::string>& y) { return y.count_by_value(); }));
  testing::BatchDriver driver(ssc);
  a.push({1, 3});
  b.push({"x"});
  driver.run_batch();
  CHECK(out.last() == std::vector<std::string>{"1/1/2.000000/1000", "3/1/2.000000/1000"});
  CHECK(alone.last() == std::vector<std::pair<std::string, std::int64_t>>{{"x", 1}});
}

TEST_CASE("streams of different contexts are refused", "[transform]") {
  StreamingContext one(jobs::by_hand());
  StreamingContext two(jobs::by_hand());
  auto [a, numbers] = one.queue_stream<int>();
  auto [b, others] = two.queue_stream<int>();
  const auto first = [](const Rdd<int>& x, const Rdd<int>&) { return x; };
  const Error with = jobs::error_of([&] { numbers.transform_with(others, first); });
  const Error table =
      jobs::error_of([&] { numbers.transform_with(two.parallelize(std::vector{1}), first); });
  const Error several = jobs::error_of([&] { one.transform(std::tie(numbers, others), first); });
  const Error foreign = jobs::error_of([&] { two.transform(std::tie(numbers, numbers), first); });
  for (const Error& error : {with, table, several, foreign}) {
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(contains(error.what(), "different contexts"));
    CHECK(contains(error.what(), "transform_with_test.cc"));
  }
}

TEST_CASE("a function that returns another context's data set fails its batch", "[transform]") {
  StreamingContext ssc(either_runner());
  StreamingContext other(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  const auto foreign = other.parallelize(std::vector{1});
  testing::capture(numbers.transform([foreign](const Rdd<int>&) { return foreign; }));
  testing::BatchDriver driver(ssc);
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(contains(error.what(), "different contexts"));
}

TEST_CASE("a stream with static data", "[transform]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::atomic<int> computed{0};
  const auto table = ssc.parallelize(std::vector{10, 20}, 2)
                         .map([&](int x) {
                           ++computed;
                           return x + 1;
                         })
                         .cache();
  auto out = testing::capture(
      numbers.transform_with(table, [](auto batch, auto rows) { return batch.union_with(rows); }));
  auto timed = testing::capture(numbers.transform_with(table, [](auto batch, auto rows, Time t) {
    return batch.map([n = rows.count(), ms = t.ms()](int x) { return x + n + ms; });
  }));
  testing::BatchDriver driver(ssc);
  for (int i = 0; i < 3; ++i) {
    queue.push({i});
    driver.run_batch();
    CHECK(out.last() == std::vector<int>{i, 11, 21});
    CHECK(timed.last() == std::vector<std::int64_t>{i + 2 + 1000 * (i + 1)});
  }
  CHECK(computed == 2);
}

TEST_CASE("a failing function of two streams is repeated, then named", "[transform]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  int calls = 0;
  const unsigned line = __LINE__ + 1;
  testing::capture(numbers.transform_with(numbers, [&](const Rdd<int>& a, const Rdd<int>&) {
    ++calls;
    if (calls > 2) throw std::runtime_error("no more");
    return a;
  }));
  testing::BatchDriver driver(ssc);
  driver.run_batches(2);
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(calls == 6);
  CHECK(error.operation() == "transform_with");
  CHECK(error.where().value().line() == line);
  CHECK(contains(error.what(), "no more"));
}

TEST_CASE("after start a stream takes no transform_with", "[transform]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.for_each([](int) {});
  ssc.start();
  const auto first = [](const Rdd<int>& x, const Rdd<int>&) { return x; };
  CHECK(jobs::code_of([&] { numbers.transform_with(numbers, first); }) == Errc::illegal_state);
  CHECK(jobs::code_of([&] { ssc.transform(std::tie(numbers, numbers), first); }) ==
        Errc::illegal_state);
}

TEST_CASE("a stream of pairs joins a data set of pairs", "[transform]") {
  StreamingContext ssc(either_runner());
  auto [queue, orders] = ssc.queue_stream<std::pair<std::string, int>>();
  const auto prices = ssc.parallelize(
      std::vector<std::pair<std::string, double>>{{"tea", 2.5}, {"milk", 1.0}, {"jam", 4.0}}, 2);
  using Order = std::pair<std::string, int>;
  const auto text = [](const std::string& key, const std::string& amount,
                       const std::string& price) { return key + " " + amount + " " + price; };
  const auto shown = [](const auto& value) {
    if constexpr (requires { value.has_value(); }) {
      return value ? std::to_string(static_cast<int>(*value)) : std::string("-");
    } else {
      return std::to_string(static_cast<int>(value));
    }
  };
  const auto show = [text, shown](const auto& row) {
    return text(row.first, shown(row.second.first), shown(row.second.second));
  };
  auto inner = testing::capture(orders.join(prices).map(show));
  auto left = testing::capture(orders.left_outer_join(prices, 3).map(show));
  auto right = testing::capture(orders.right_outer_join(prices).map(show));
  auto full = testing::capture(orders.full_outer_join(prices).map(show));
  // The same names still join streams.
  auto both = testing::capture(orders.join(orders));
  testing::BatchDriver driver(ssc);
  queue.push(std::vector<Order>{{"tea", 1}, {"milk", 2}, {"tea", 3}, {"soap", 9}});
  driver.run_batch();
  using Texts = std::vector<std::string>;
  CHECK(jobs::sorted(inner.last()) == Texts{"milk 2 1", "tea 1 2", "tea 3 2"});
  CHECK(jobs::sorted(left.last()) == Texts{"milk 2 1", "soap 9 -", "tea 1 2", "tea 3 2"});
  CHECK(jobs::sorted(right.last()) == Texts{"jam - 4", "milk 2 1", "tea 1 2", "tea 3 2"});
  CHECK(jobs::sorted(full.last()) ==
        Texts{"jam - 4", "milk 2 1", "soap 9 -", "tea 1 2", "tea 3 2"});
  CHECK(both.last().size() == 6);
  driver.run_batch();
  CHECK(inner.last().empty());
  CHECK(full.last().size() == 3);
}
