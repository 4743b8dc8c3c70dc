#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/captured_stdout.h"
#include "support/jobs.h"

using namespace dstream;

namespace {

Options either_runner() { return GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(); }

constexpr const char* kLine = "-------------------------------------------\n";

std::string header(const char* time) {
  std::string text(kLine);
  text.append("Time: ").append(time).append(" ms\n").append(kLine);
  return text;
}

}  // namespace

TEST_CASE("print shows the first records below a header", "[output]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.print(3);
  testing::BatchDriver driver(ssc);
  jobs::CapturedStdout out;
  queue.push({1, 2, 3});
  driver.run_batch();
  queue.push({4, 5, 6, 7});
  driver.run_batch();
  driver.run_batch();
  CHECK(out.text() == header("1000") + "1\n2\n3\n\n" + header("2000") + "4\n5\n6\n...\n\n" +
                          header("3000") + "\n");
}

TEST_CASE("print takes the first records across blocks", "[output]") {
  StreamingContext ssc(either_runner());
  auto [queue, words] = ssc.queue_stream<std::string>();
  words.map([](const std::string& w) { return std::pair(w, w.size()); }).print(2);
  testing::BatchDriver driver(ssc);
  jobs::CapturedStdout out;
  queue.push_blocks({{}, {"a"}, {"bc"}, {"d"}});
  driver.run_batch();
  CHECK(out.text() == header("1000") + "(a,1)\n(bc,2)\n...\n\n");
}

TEST_CASE("print shows ten records unless told otherwise", "[output]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.print();
  testing::BatchDriver driver(ssc);
  jobs::CapturedStdout out;
  queue.push(jobs::numbers(0, 11));
  driver.run_batch();
  CHECK(out.text() == header("1000") + "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n...\n\n");
}

TEST_CASE("for_each goes in slice order on one thread", "[output]") {
  Options options = jobs::on_executors(2, 2);
  options.slice_records = 3;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::vector<int> seen;
  std::set<std::thread::id> threads;
  numbers.map([](int x) { return x + 1; }).for_each([&](int x) {
    seen.push_back(x);
    threads.insert(std::this_thread::get_id());
  });
  testing::BatchDriver driver(ssc);
  for (int b = 0; b < 5; ++b) {
    seen.clear();
    threads.clear();
    queue.push_blocks({jobs::numbers(0, 10), jobs::numbers(10, 1), jobs::numbers(11, 30)});
    driver.run_batch();
    CHECK(seen == jobs::numbers(1, 41));
    CHECK(threads.size() == 1);
  }
}

TEST_CASE("a parallel for_each sees every record", "[output]") {
  Options options = jobs::on_executors(2, 2);
  options.slice_records = 7;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::atomic<int> sum{0};
  numbers.for_each([&sum](int x) { sum += x; }, {.parallel = true});
  testing::BatchDriver driver(ssc);
  queue.push(jobs::numbers(1, 100));
  driver.run_batch();
  CHECK(sum == 5050);
}

TEST_CASE("for_each may have a state of its own", "[output]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::vector<int> sums;
  numbers.for_each([&sums, sum = 0](int x) mutable { sums.push_back(sum += x); });
  testing::BatchDriver driver(ssc);
  queue.push({1, 2});
  driver.run_batch();
  queue.push({3});
  driver.run_batch();
  CHECK(sums == std::vector<int>{1, 3, 6});
}

TEST_CASE("foreach_rdd takes one to three parameters", "[output]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::vector<int> one;
  std::vector<Time> times;
  std::vector<BatchInfo> infos;
  numbers.foreach_rdd([&](Rdd<int> rdd) { one = rdd.collect(); });
  numbers.foreach_rdd([&](const Rdd<int>&, Time time) { times.push_back(time); });
  numbers.foreach_rdd([&](Rdd<int> rdd, Time time, const BatchInfo& info) {
    if (rdd.count() == static_cast<std::int64_t>(info.records) && time == info.batch_time) {
      infos.push_back(info);
    }
  });
  testing::BatchDriver driver(ssc);
  queue.push_blocks({{1, 2}, {3}});
  driver.run_batch();
  CHECK(one == std::vector<int>{1, 2, 3});
  driver.run_batch();
  CHECK(one.empty());  // called for empty batches, too
  CHECK(times == std::vector<Time>{Time(1'000'000'000), Time(2'000'000'000)});
  REQUIRE(infos.size() == 2);
  CHECK(infos[0].records == 3);
  CHECK(infos[0].from == Time(0));
  CHECK(infos[0].batch_time == Time(1'000'000'000));
  REQUIRE(infos[0].sources.size() == 1);
  CHECK(infos[0].sources[0].records == 3);
  CHECK(infos[0].submission_time == Time(1'000'000'000));
  CHECK(infos[0].processing_start == Time(1'000'000'000));
  CHECK_FALSE(infos[0].processing_end.has_value());
  CHECK(infos[1].records == 0);
}

TEST_CASE("latest is the most recent batch", "[output]") {
  StreamingContext ssc(either_runner());
  auto [queue, words] = ssc.queue_stream<std::string>();
  auto latest = words.latest();
  CHECK(latest.get() == nullptr);
  testing::BatchDriver driver(ssc);
  CHECK(latest.get() == nullptr);
  queue.push({"a"});
  driver.run_batch();
  const auto first = latest.get();
  queue.push({"b", "c"});
  driver.run_batch();
  CHECK(first->records == std::vector<std::string>{"a"});
  CHECK(first->time == Time(1'000'000'000));
  CHECK(latest.get()->records == std::vector<std::string>{"b", "c"});
  driver.run_batch();
  CHECK(latest.get()->records.empty());
  ssc.stop();
  CHECK(latest.get()->time == Time(3'000'000'000));
}

TEST_CASE("a channel hands over each batch once, owned", "[output]") {
  StreamingContext ssc(either_runner());
  auto [queue, words] = ssc.queue_stream<std::string>();
  auto channel = words.flat_map(split(' ')).to_channel();
  auto same = channel;
  testing::BatchDriver driver(ssc);
  CHECK_FALSE(channel.try_pop().has_value());
  queue.push({"one two", "three"});
  driver.run_batch();
  driver.run_batch();
  const auto batch = channel.pop();
  CHECK(batch->time == Time(1'000'000'000));
  CHECK(batch->records == std::vector<std::string>{"one", "two", "three"});
  CHECK_FALSE(channel.closed());
  ssc.stop();
  CHECK_FALSE(same.closed());
  CHECK(same.pop()->records.empty());
  CHECK(same.closed());
  CHECK_FALSE(same.pop().has_value());
}

TEST_CASE("waiting for a channel can be stopped", "[output]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto channel = numbers.to_channel();
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(channel.pop(stop.get_token()).has_value());
}

TEST_CASE("side effects of a batch run as they were registered", "[output]") {
  Options options = either_runner();
  options.max_batches_in_flight = 3;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::string order;
  numbers.for_each([&](int x) { order.append("a").append(std::to_string(x)); });
  numbers.foreach_rdd(
      [&](Rdd<int> rdd) { order.append("b").append(std::to_string(rdd.collect().front())); });
  numbers.reduce([](int a, int b) { return a + b; }).for_each([&](int x) {
    order.append("c").append(std::to_string(x));
  });
  numbers.foreach_rdd([&](Rdd<int>) { order += "d"; });
  numbers.map([](int x) { return x; }).for_each([&](int) { order += "e"; });
  for (int i = 1; i <= 3; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  for (int i = 1; i <= 3; ++i) batches.make();
  batches.drain();
  CHECK(order == "a1b1c1dea2b2c2dea3b3c3de");
}

TEST_CASE("what operators make of empty batches", "[output]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto mapped = testing::capture(numbers.map([](int x) { return x; }));
  auto counted = testing::capture(numbers.count());
  auto filtered = testing::capture(numbers.filter([](int) { return false; }).count());
  auto reduced = testing::capture(numbers.reduce([](int a, int b) { return a + b; }));
  auto by_value = testing::capture(numbers.count_by_value());
  auto transformed =
      testing::capture(numbers.transform([](Rdd<int> rdd) { return rdd.count_by_value(); }));
  int called = 0;
  numbers.for_each([&called](int) { ++called; });
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  queue.push(std::vector<int>());
  driver.run_batch();
  CHECK(mapped.size() == 2);
  CHECK(mapped.last().empty());
  CHECK(counted.last() == std::vector<std::int64_t>{0});
  CHECK(filtered.last() == std::vector<std::int64_t>{0});
  CHECK(reduced.last().empty());
  CHECK(by_value.last().empty());
  CHECK(transformed.last().empty());
  CHECK(called == 0);
}
