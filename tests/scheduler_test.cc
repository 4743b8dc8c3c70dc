#include <chrono>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <string>
#include <vector>

#include "support/jobs.h"
#include "support/recording_log.h"

using namespace dstream;
using namespace std::chrono_literals;
using jobs::Gate;
using jobs::RecordingLog;
using jobs::seconds;

namespace {

std::vector<std::int64_t> times_of(const std::vector<BatchInfo>& infos) {
  std::vector<std::int64_t> result;
  for (const BatchInfo& info : infos) result.push_back(jobs::in_seconds(info.batch_time));
  return result;
}

}  // namespace

TEST_CASE("batch times are multiples of the interval", "[scheduler]") {
  auto clock = std::make_shared<jobs::Clock>(seconds(7) + 300ms);
  StreamingContext ssc(jobs::by_clock(clock));
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  auto channel = numbers.to_channel();
  ssc.start();
  clock->await_waiters(1);
  clock->advance(699ms);
  CHECK_FALSE(channel.try_pop().has_value());
  queue.push({1});
  clock->advance(1ms);
  CHECK(channel.pop()->time == seconds(8));
  for (int i = 0; i < 3; ++i) {
    clock->await_waiters(1);
    clock->advance(1s);
    CHECK(channel.pop()->time == seconds(9 + i));
  }
  CHECK(out.infos()[0].from == seconds(7));
  CHECK(out.infos()[0].records == 1);
  CHECK(out.infos()[1].records == 0);
  ssc.stop();
}

TEST_CASE("a jump over many ticks is one batch", "[scheduler]") {
  auto clock = std::make_shared<jobs::Clock>(seconds(100));
  StreamingContext ssc(jobs::by_clock(clock));
  auto [inlet, numbers] = ssc.inlet<int>();
  auto out = testing::capture(numbers);
  auto channel = numbers.to_channel();
  ssc.start();
  clock->await_waiters(1);
  inlet.push(1);
  inlet.push(2);
  clock->advance(10s + 500ms);
  const auto batch = channel.pop();
  CHECK(batch->time == seconds(110));
  CHECK(batch->records == std::vector<int>{1, 2});
  clock->await_waiters(1);
  clock->advance(500ms);
  CHECK(channel.pop()->time == seconds(111));
  CHECK(out.infos()[0].from == seconds(100));
  CHECK(out.infos()[1].from == seconds(110));
  ssc.stop();
  CHECK(out.size() == 2);
}

TEST_CASE("batches overlap, commits and outputs keep the order of time", "[scheduler]") {
  const std::uint32_t in_flight = GENERATE(2U, 3U);
  Options options = jobs::on_executors(1, 4);
  options.max_batches_in_flight = in_flight;
  auto log = std::make_shared<RecordingLog>();
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  Gate gate;
  std::counting_semaphore<> computed{0};
  auto gated = numbers.map([&](int x) {
    if (x == 1) {
      gate.pass();
    } else {
      computed.release();
    }
    return x;
  });
  auto out = testing::capture(gated);
  std::vector<int> seen;
  gated.for_each([&seen](int x) { seen.push_back(x); });
  std::vector<int> driven;
  gated.foreach_rdd([&driven](Rdd<int> rdd) { driven.push_back(rdd.collect().front()); });
  for (int i = 1; i <= 4; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  for (int i = 0; i < 4; ++i) batches.make();
  gate.await();
  // The later batches of the window are computed behind the one that is held.
  for (std::uint32_t i = 1; i < in_flight; ++i) computed.acquire();
  CHECK(out.size() == 0);
  CHECK(log->count("alloc") == in_flight);
  CHECK(log->count("commit") == 0);
  CHECK(seen.empty());
  gate.open();
  batches.drain();
  CHECK(times_of(out.infos()) == std::vector<std::int64_t>{1, 2, 3, 4});
  CHECK(seen == std::vector<int>{1, 2, 3, 4});
  CHECK(driven == std::vector<int>{1, 2, 3, 4});
  ssc.stop();
}

TEST_CASE("one batch at a time is the default", "[scheduler]") {
  Options options = jobs::on_executors(1, 2);
  auto log = std::make_shared<RecordingLog>();
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  Gate gate;
  auto out = testing::capture(numbers.map([&](int x) { return gate.pass(), x; }));
  queue.push({1});
  queue.push({2});
  jobs::Batches batches(ssc);
  batches.make();
  batches.make();
  gate.await();
  CHECK(log->count("alloc") == 1);
  gate.open(2);
  batches.drain();
  CHECK(out.size() == 2);
  ssc.stop();
}

TEST_CASE("a full queue of batches merges intervals", "[scheduler]") {
  Options options = jobs::on_executors(1, 2);
  options.tunables.max_queued_batches = 2;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  Gate gate;
  auto out = testing::capture(numbers.map([&](int x) { return gate.pass(), x; }));
  for (int i = 1; i <= 6; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  for (int i = 0; i < 6; ++i) batches.make();
  gate.await();
  gate.open(6);
  batches.drain();
  CHECK(times_of(out.infos()) == std::vector<std::int64_t>{1, 2, 6});
  const auto all = out.batches();
  CHECK(all[0].records == std::vector<int>{1});
  CHECK(all[1].records == std::vector<int>{2});
  CHECK(all[2].records == std::vector<int>{3, 4, 5, 6});
  CHECK(out.infos()[2].from == seconds(2));
  CHECK(out.infos()[2].records == 4);
  CHECK(out.infos()[2].sources[0].records == 4);
  ssc.stop();
}

TEST_CASE("empty intervals that wait run as one", "[scheduler]") {
  StreamingContext ssc(jobs::on_executors(1, 2));
  auto [queue, numbers] = ssc.queue_stream<int>();
  Gate gate;
  auto out = testing::capture(numbers.map([&](int x) { return gate.pass(), x; }));
  queue.push({1});
  jobs::Batches batches(ssc);
  for (int i = 0; i < 4; ++i) batches.make();
  gate.await();
  gate.open();
  batches.drain();
  CHECK(times_of(out.infos()) == std::vector<std::int64_t>{1, 4});
  CHECK(out.infos()[1].from == seconds(1));
  ssc.stop();
}

TEST_CASE("what a batch over many intervals says of its sources is bounded", "[scheduler]") {
  class Talkative final : public detail::InputSource {
   public:
    void cut(Time, Time, std::vector<detail::BlockPtr>&) override {}
    std::string describe(Time, Time) const override { return std::string(100, 'x'); }
  };
  StreamingContext ssc(jobs::on_executors(1, 2));
  auto [queue, numbers] = ssc.queue_stream<int>();
  Gate gate;
  auto out = testing::capture(numbers.map([&](int x) { return gate.pass(), x; }));
  testing::capture(ssc.add_source<int>("talkative", std::make_shared<Talkative>()));
  queue.push({1});
  jobs::Batches batches(ssc);
  batches.make();
  gate.await();
  for (int i = 0; i < 1000; ++i) batches.make();
  gate.open();
  batches.drain();
  REQUIRE(out.size() == 2);
  const std::string description = out.infos()[1].sources[1].description;
  CHECK(description.size() > 3'000);
  CHECK(description.size() < 5'000);
  CHECK(description.ends_with("; …"));
  ssc.stop();
}

TEST_CASE("data starts a batch with the arrival trigger", "[scheduler]") {
  Options options = jobs::on_executors();
  options.trigger = Trigger::arrival;
  StreamingContext ssc(options);
  auto [inlet, numbers] = ssc.inlet<int>();
  auto out = testing::capture(numbers);
  auto channel = numbers.to_channel();
  ssc.start();
  std::vector<int> got;
  Time last = Time(0);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(inlet.push(i) == PushResult::ok);
    while (got.size() <= static_cast<std::size_t>(i)) {
      const auto batch = channel.pop();
      REQUIRE(batch.has_value());
      CHECK(batch->time > last);
      last = batch->time;
      got.insert(got.end(), batch->records.begin(), batch->records.end());
    }
  }
  CHECK(got == jobs::numbers(0, 200));
  for (int i = 200; i < 1000; ++i) REQUIRE(inlet.push(i) == PushResult::ok);
  inlet.close();
  ssc.stop(StopMode::graceful);
  while (const auto batch = channel.pop()) {
    got.insert(got.end(), batch->records.begin(), batch->records.end());
  }
  CHECK(got == jobs::numbers(0, 1000));
  for (std::size_t i = 1; i < out.size(); ++i)
    CHECK(out.infos()[i].from == out.infos()[i - 1].batch_time);
}
