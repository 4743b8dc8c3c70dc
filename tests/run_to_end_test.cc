#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/jobs.h"
#include "support/scratch.h"

using namespace dstream;
using jobs::contains;

namespace {

/// Any trigger will do: run_to_end() makes the batches.
Options either_runner() {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(2, 2);
  options.trigger = GENERATE(Trigger::manual, Trigger::interval, Trigger::arrival);
  if (options.execution == Execution::inline_run) options.trigger = Trigger::manual;
  options.max_batches_in_flight = GENERATE(1, 3);
  return options;
}

template <class T>
std::vector<T> all_of(const testing::Captured<T>& captured) {
  std::vector<T> all;
  for (const auto& batch : captured.batches()) {
    all.insert(all.end(), batch.records.begin(), batch.records.end());
  }
  return all;
}

/// Batch times: strictly increasing multiples of a second.
void check_times(const std::vector<BatchInfo>& infos) {
  Time last(0);
  for (const BatchInfo& info : infos) {
    CHECK(info.batch_time > last);
    CHECK(info.batch_time.ns() % 1'000'000'000 == 0);
    last = info.batch_time;
  }
}

}  // namespace

TEST_CASE("a collection in batches", "[run_to_end]") {
  struct Case {
    int size;
    std::size_t batch_records;
    std::vector<std::size_t> batches;
  };
  const std::vector<Case> cases = {{0, 3, {}},        {1, 3, {1}},          {3, 3, {3}},
                                   {7, 3, {3, 3, 1}}, {4, 1, {1, 1, 1, 1}}, {5, 100, {5}}};
  const Options options = either_runner();
  for (const Case& c : cases) {
    StreamingContext ssc(options);
    const auto numbers = jobs::numbers(1, c.size);
    auto stream = ssc.from(numbers, {.batch_records = c.batch_records});
    auto out = testing::capture(stream.map([](int x) { return 2 * x; }));
    ssc.run_to_end();
    std::vector<std::size_t> sizes;
    for (const auto& batch : out.batches()) sizes.push_back(batch.records.size());
    CHECK(sizes == c.batches);
    std::vector<int> expected;
    for (const int x : numbers) expected.push_back(2 * x);
    CHECK(all_of(out) == expected);
    check_times(out.infos());
    CHECK(ssc.state() == ContextState::stopped);
    ssc.await_termination();  // it has ended well
  }
}

TEST_CASE("text and structs from collections", "[run_to_end]") {
  StreamingContext ssc(either_runner());
  auto lines = ssc.from(std::vector<std::string_view>{"a b", "b", "c a a"}, {.batch_records = 2});
  auto words = testing::capture(lines.flat_map(split(' ')));
  auto pairs =
      testing::capture(ssc.from(std::vector<std::pair<std::string, int>>{{"x", 1}, {"y", 2}}));
  ssc.run_to_end();
  CHECK(all_of<std::string_view>(words).size() == 6);
  CHECK(words.batches().size() == 2);
  CHECK(pairs.batches().front().records.back() == std::pair<std::string, int>("y", 2));
}

TEST_CASE("ranges", "[run_to_end]") {
  struct Case {
    std::int64_t begin, end, step;
    std::size_t batch_records;
  };
  constexpr std::int64_t kMin = INT64_MIN, kMax = INT64_MAX;
  const std::vector<Case> cases = {{0, 10, 1, 3},          {0, 0, 1, 3},
                                   {5, 1, 1, 3},           {5, 1, -1, 3},
                                   {0, 10, 4, 2},          {10, 0, -3, 100},
                                   {-2, 3, 2, 1},          {0, 200'000, 1, 64 << 10},
                                   {kMax - 2, kMax, 1, 1}, {kMin, kMax, kMax, 10},
                                   {kMax, kMin, kMin, 10}};
  const Options options = either_runner();
  for (const Case& c : cases) {
    StreamingContext ssc(options);
    auto out =
        testing::capture(ssc.range(c.begin, c.end, c.step, {.batch_records = c.batch_records}));
    ssc.run_to_end();
    std::vector<std::int64_t> expected;
    std::int64_t x = c.begin;
    while (c.step > 0 ? x < c.end : x > c.end) {
      expected.push_back(x);
      if (__builtin_add_overflow(x, c.step, &x)) break;
    }
    CHECK(all_of(out) == expected);
    CHECK(out.size() == (expected.size() + c.batch_records - 1) / c.batch_records);
  }
  StreamingContext ssc(jobs::by_hand());
  CHECK(jobs::code_of([&] { ssc.range(0, 1, 0); }) == Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.range(0, 1, 1, {.batch_records = 0}); }) == Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.from(std::vector{1}, {.batch_records = 0}); }) ==
        Errc::invalid_argument);
}

TEST_CASE("inputs of all kinds that end", "[run_to_end]") {
  StreamingContext ssc(either_runner());
  auto [inlet, pushed] = ssc.inlet<int>();
  auto [queue, queued] = ssc.queue_stream<int>();
  auto made = ssc.generator_stream({.records_per_second = 10, .total = 25},
                                   [](std::uint64_t i) { return static_cast<int>(i); });
  auto from = ssc.from(std::vector{1, 2, 3}, {.batch_records = 1});
  auto a = testing::capture(pushed);
  auto b = testing::capture(queued);
  auto c = testing::capture(made);
  auto d = testing::capture(from);
  for (const int x : {7, 8, 9}) inlet.push(x);
  queue.push({4});
  queue.push({5, 6});
  inlet.close();
  queue.close();
  ssc.run_to_end();
  CHECK(all_of(a) == std::vector<int>{7, 8, 9});
  CHECK(all_of(b) == std::vector<int>{4, 5, 6});
  CHECK(all_of(c) == jobs::numbers(0, 25));
  CHECK(all_of(d) == std::vector<int>{1, 2, 3});
  check_times(a.infos());
}

TEST_CASE("files end with their last line", "[run_to_end]") {
  const scratch::Directory directory;
  directory.files->open(directory / "a.txt", OpenMode::create_new)->append("one\ntwo\n");
  directory.files->open(directory / "b.txt", OpenMode::create_new)->append("three\n");
  StreamingContext ssc(either_runner());
  auto out = testing::capture(ssc.text_files({directory / "*.txt"}));
  ssc.run_to_end();
  REQUIRE(out.size() >= 1);
  CHECK(out.batches().front().records == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("an input that is still open is waited for", "[run_to_end]") {
  const auto clock = std::make_shared<jobs::Clock>();
  StreamingContext ssc(GENERATE(false, true) ? jobs::by_hand(clock)
                                             : jobs::on_executors(1, 2, clock));
  auto [inlet, pushed] = ssc.inlet<int>();
  auto out = testing::capture(pushed);
  std::thread host([&clock, inlet = inlet]() mutable {
    for (int i = 0; i < 3; ++i) {
      clock->await_waiters(1);
      inlet.push(i);
      clock->advance(std::chrono::seconds(1));
    }
    clock->await_waiters(1);
    inlet.close();
    clock->advance(std::chrono::seconds(1));
  });
  ssc.run_to_end();
  host.join();
  CHECK(all_of(out) == std::vector<int>{0, 1, 2});
  CHECK(inlet.push(4) == PushResult::closed);
}

TEST_CASE("an input without an end is refused before anything starts", "[run_to_end]") {
  struct Case {
    const char* name;
    void (*add)(StreamingContext&);
  };
  const std::vector<Case> cases = {
      {"socket_text_stream", [](StreamingContext& ssc) { ssc.socket_text_stream("127.0.0.1", 9); }},
      {"generator_stream",
       [](StreamingContext& ssc) { ssc.generator_stream({}, [](std::uint64_t i) { return i; }); }},
      {"generator_stream", [](StreamingContext& ssc) {
         ssc.generator_stream([](Time) { return std::vector<int>(); });
       }}};
  for (const Case& c : cases) {
    StreamingContext ssc(jobs::on_executors());
    c.add(ssc);
    int calls = 0;
    ssc.from(std::vector{1}).foreach_rdd([&](const Rdd<int>&) { ++calls; });
    const Error error = jobs::error_of([&] { ssc.run_to_end(); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(contains(error.what(), c.name));
    CHECK(contains(error.what(), "never does"));
    CHECK(contains(error.what(), "run_to_end_test.cc"));
    CHECK(ssc.state() == ContextState::initialized);
    CHECK(calls == 0);
  }
}

TEST_CASE("run_to_end goes on with a context that runs", "[run_to_end]") {
  StreamingContext ssc(jobs::by_hand());
  auto stream = ssc.from(jobs::numbers(0, 10), {.batch_records = 2});
  auto out = testing::capture(stream);
  testing::BatchDriver driver(ssc);
  driver.run_batches(2);
  CHECK(all_of(out) == jobs::numbers(0, 4));
  ssc.run_to_end();
  CHECK(all_of(out) == jobs::numbers(0, 10));
  check_times(out.infos());
  CHECK(jobs::code_of([&] { ssc.run_to_end(); }) == Errc::illegal_state);
}

TEST_CASE("run_to_end throws what the job failed with", "[run_to_end]") {
  StreamingContext ssc(either_runner());
  std::atomic<int> highest{0};
  auto out =
      testing::capture(ssc.from(jobs::numbers(0, 100), {.batch_records = 10}).map([&](int x) {
        if (x == 35) throw std::runtime_error("bad number");
        highest = std::max(highest.load(), x);
        return x;
      }));
  const Error error = jobs::error_of([&] { ssc.run_to_end(); });
  CHECK(error.code() == Errc::task_failed);
  CHECK(contains(error.what(), "bad number"));
  CHECK(all_of(out) == jobs::numbers(0, 30));
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("run_to_end ends when another thread stops the context", "[run_to_end]") {
  const auto clock = std::make_shared<jobs::Clock>();
  StreamingContext ssc(jobs::on_executors(1, 2, clock));
  auto [inlet, pushed] = ssc.inlet<int>();
  pushed.for_each([](int) {});
  std::thread host([&] {
    clock->await_waiters(1);
    ssc.stop();
  });
  ssc.run_to_end();
  host.join();
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("run_to_end inside a callback is refused", "[run_to_end]") {
  StreamingContext ssc(jobs::by_hand());
  std::string message;
  ssc.from(std::vector{1}).foreach_rdd([&](const Rdd<int>&) {
    try {
      ssc.run_to_end();
    } catch (const Error& error) {
      message = error.what();
    }
  });
  ssc.run_to_end();
  CHECK(contains(message, "run_to_end() may not be called"));
}

TEST_CASE("one function of streams for live and finite data", "[run_to_end]") {
  const auto job = [](const DStream<int>& stream) {
    return stream.map([](int x) { return std::pair(x % 7, x); }).reduce_by_key([](int a, int b) {
      return a + b;
    });
  };
  StreamingContext live(jobs::on_executors(2, 2));
  auto [queue, stream] = live.queue_stream<int>();
  auto from_live = testing::capture(job(stream));
  testing::BatchDriver driver(live);
  const auto numbers = jobs::numbers(0, 1000);
  for (int first = 0; first < 1000; first += 250) {
    queue.push(jobs::numbers(first, 250));
    driver.run_batch();
  }
  StreamingContext batch(either_runner());
  auto from_batch = testing::capture(job(batch.from(numbers, {.batch_records = 250})));
  batch.run_to_end();
  REQUIRE(from_batch.size() == from_live.size());
  for (std::size_t i = 0; i < from_live.size(); ++i) {
    CHECK(from_batch.batches()[i].records == from_live.batches()[i].records);
  }
}

TEST_CASE("a live context takes a batch of a collection per interval", "[run_to_end]") {
  const auto clock = std::make_shared<jobs::Clock>();
  StreamingContext ssc(jobs::by_clock(clock));
  auto channel = ssc.from(jobs::numbers(0, 5), {.batch_records = 2}).to_channel();
  ssc.start();
  for (const auto& expected : {std::vector{0, 1}, std::vector{2, 3}, std::vector{4}}) {
    clock->await_waiters(1);
    clock->advance(std::chrono::seconds(1));
    CHECK(channel.pop().value().records == expected);
  }
}
