#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/jobs.h"

using namespace dstream;
using jobs::contains;

namespace {

Options either_runner() {
  return GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(2, 2);
}

Time at_ms(std::int64_t ms) { return Time(ms * 1'000'000); }

/// The batch times of a slice, in seconds.
template <class T>
std::vector<std::int64_t> seconds(const std::vector<std::pair<Time, Rdd<T>>>& slice) {
  std::vector<std::int64_t> result;
  for (const auto& [time, rdd] : slice) result.push_back(time.ms() / 1000);
  return result;
}

using Seconds = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("both ends of a slice belong to it and are rounded down", "[slice]") {
  StreamingContext ssc(either_runner());
  ssc.remember(std::chrono::seconds(4));
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto squares = numbers.map([](int x) { return x * x; }).cache();
  squares.for_each([](int) {});
  testing::BatchDriver driver(ssc);
  for (int i = 1; i <= 6; ++i) {
    queue.push({i, 10});
    driver.run_batch();
  }
  struct Case {
    std::int64_t from_ms, until_ms;
    Seconds batches;
  };
  const std::vector<Case> cases = {
      {3000, 6000, {3, 4, 5, 6}}, {4000, 5000, {4, 5}}, {4000, 4000, {4}}, {4999, 5001, {4, 5}},
      {4001, 4999, {4}},          {0, 2999, {}},        {0, 3000, {3}},    {-5000, 4000, {3, 4}},
      {6000, 99000, {6}},         {6999, 99000, {6}},   {7000, 99000, {}}, {5000, 4000, {}},
      {4900, 4100, {4}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.from_ms, c.until_ms);
    const auto batches = squares.slice(at_ms(c.from_ms), at_ms(c.until_ms));
    CHECK(seconds(batches) == c.batches);
    for (const auto& [time, rdd] : batches) {
      const int i = static_cast<int>(time.ms() / 1000);
      CHECK(rdd.collect() == std::vector<int>{i * i, 100});
      CHECK(rdd.reduce([](int a, int b) { return a + b; }) == i * i + 100);
    }
  }
}

TEST_CASE("functions on the driver thread see the batches before theirs", "[slice]") {
  Options options = either_runner();
  options.max_batches_in_flight = GENERATE(1, 3);
  StreamingContext ssc(options);
  ssc.remember(std::chrono::seconds(3));
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto kept = numbers.cache();
  std::map<std::int64_t, Seconds> in_transform, in_foreach;
  auto sums = testing::capture(numbers.transform([&, kept](const Rdd<int>& now, Time time) {
    const auto before = kept.slice(Time(0), time);
    in_transform[time.ms() / 1000] = seconds(before);
    Rdd<int> all = now;
    for (const auto& [t, rdd] : before) all = all.union_with(rdd);
    return all;
  }));
  numbers.foreach_rdd([&, kept](const Rdd<int>&, Time time) {
    in_foreach[time.ms() / 1000] = seconds(kept.slice(Time(0), time));
  });
  {
    jobs::Batches batches(ssc);
    for (int i = 1; i <= 6; ++i) {
      queue.push({i});
      batches.make();
    }
    batches.drain();
  }
  const std::map<std::int64_t, Seconds> expected = {{1, {}},        {2, {1}},       {3, {1, 2}},
                                                    {4, {1, 2, 3}}, {5, {2, 3, 4}}, {6, {3, 4, 5}}};
  CHECK(in_transform == expected);
  CHECK(in_foreach == expected);
  std::vector<std::vector<int>> unions;
  for (const auto& batch : sums.batches()) unions.push_back(batch.records);
  CHECK(unions == std::vector<std::vector<int>>{
                      {1}, {2, 1}, {3, 1, 2}, {4, 1, 2, 3}, {5, 2, 3, 4}, {6, 3, 4, 5}});
}

TEST_CASE("a batch over several intervals stands at its end", "[slice]") {
  StreamingContext ssc(jobs::by_hand());
  ssc.remember(std::chrono::seconds(10));
  auto [queue, numbers] = ssc.queue_stream<int>({.one_at_a_time = false});
  numbers.cache().for_each([](int) {});
  ssc.start();
  queue.push({1});
  ssc.impl().generator().run_until(at_ms(3000));
  queue.push({2});
  ssc.impl().generator().run_until(at_ms(4000));
  ssc.impl().scheduler().drain();
  CHECK(seconds(numbers.slice(at_ms(1000), at_ms(2000))).empty());
  CHECK(seconds(numbers.slice(at_ms(1000), at_ms(4000))) == Seconds{3, 4});
}

TEST_CASE("with the arrival trigger times are whole microseconds", "[slice]") {
  const auto clock = std::make_shared<jobs::Clock>(at_ms(5000));
  Options options = jobs::on_executors(1, 2, clock);
  options.trigger = Trigger::arrival;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto channel = numbers.cache().to_channel();
  ssc.start();
  queue.push({1});
  const Time first = channel.pop().value().time;
  queue.push({2});
  const Time second = channel.pop().value().time;
  CHECK(second > first);
  // A channel's reader may be ahead of the stream's keeper.
  while (numbers.slice(first, second).size() < 2) std::this_thread::yield();
  CHECK(numbers.slice(first, second - Duration(1)).size() == 1);
  CHECK(numbers.slice(first, first + Duration(999)).front().second.collect() == std::vector{1});
  CHECK(numbers.slice(second, second).front().second.collect() == std::vector{2});
}

TEST_CASE("slice where there is nothing to slice", "[slice]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto kept = numbers.map([](int x) { return x; }).cache();
  kept.for_each([](int) {});
  const Error before = jobs::error_of([&] { kept.slice(Time(0), at_ms(1000)); });
  CHECK(before.code() == Errc::illegal_state);
  CHECK(contains(before.what(), "between start() and stop()"));
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  const unsigned line = __LINE__ + 1;
  const Error other = jobs::error_of([&] { numbers.slice(Time(0), at_ms(1000)); });
  CHECK(other.code() == Errc::illegal_state);
  CHECK(other.operation() == "slice");
  CHECK(other.where().value().line() == line);
  CHECK(contains(other.what(), "persist() or cache()"));
  const Rdd<int> rdd = kept.slice(Time(0), at_ms(1000)).front().second;
  ssc.stop();
  CHECK(jobs::code_of([&] { kept.slice(Time(0), at_ms(1000)); }) == Errc::illegal_state);
  CHECK(jobs::code_of([&] { rdd.count(); }) == Errc::illegal_state);
}

TEST_CASE("host threads slice while batches run", "[slice]") {
  StreamingContext ssc(jobs::on_executors(2, 2));
  ssc.remember(std::chrono::seconds(3));
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto kept = numbers.cache();
  kept.for_each([](int) {});
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  std::atomic<bool> ended{false};
  std::atomic<int> wrong{0};
  std::atomic<int> seen{0};
  std::vector<std::thread> hosts;
  for (int i = 0; i < 3; ++i) {
    hosts.emplace_back([&] {
      while (!ended) {
        for (const auto& [time, rdd] : kept.slice(Time(0), Time(INT64_MAX))) {
          const auto records = rdd.map([](int x) { return x; }).collect();
          for (const int x : records) {
            if (x != static_cast<int>(time.ms() / 1000)) ++wrong;
          }
          ++seen;
        }
      }
    });
  }
  for (int i = 2; i <= 60 || seen < 100; ++i) {
    queue.push(std::vector<int>(100, i));
    driver.run_batch();
  }
  ended = true;
  for (std::thread& host : hosts) host.join();
  CHECK(wrong == 0);
}
