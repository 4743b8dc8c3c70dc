#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/batch_log.h>

#include "support/jobs.h"

using namespace dstream;
using namespace std::chrono_literals;
using jobs::Gate;
using jobs::code_of;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Time seconds(std::int64_t count) { return Time(count * kSecond); }

std::vector<std::int64_t> times_of(const std::vector<BatchInfo>& infos) {
  std::vector<std::int64_t> result;
  for (const BatchInfo& info : infos) result.push_back(info.batch_time.ns() / kSecond);
  return result;
}

/// Keeps every call as text.
class RecordingLog final : public BatchLog {
 public:
  void alloc(const AllocRecord& record) override {
    {
      std::lock_guard lock(mutex_);
      allocs_.push_back(record);
    }
    note("alloc", record.batch_time);
  }
  void prepare(Time time) override { note("prepare", time); }
  void commit(Time time) override { note("commit", time); }
  void publish(Time time) override { note("publish", time); }

  void note(const std::string& what, Time time) {
    const std::string text = what + " " + std::to_string(time.ns() / kSecond);
    std::lock_guard lock(mutex_);
    calls_.push_back(text);
    if (text == fail_at) throw std::runtime_error("the log cannot " + text);
  }
  std::vector<std::string> calls() const {
    std::lock_guard lock(mutex_);
    return calls_;
  }
  std::vector<AllocRecord> allocs() const {
    std::lock_guard lock(mutex_);
    return allocs_;
  }
  std::size_t count(const std::string& what) const {
    std::size_t result = 0;
    for (const std::string& call : calls()) result += call.rfind(what, 0) == 0 ? 1U : 0U;
    return result;
  }

  std::string fail_at;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
  std::vector<AllocRecord> allocs_;
};

/// A published output that notes its turn in the log.
class NotingOutput final : public detail::OutputOperation {
 public:
  explicit NotingOutput(std::shared_ptr<RecordingLog> log)
      : OutputOperation(detail::OutputPhase::publish), log_(std::move(log)) {}
  void publish(std::vector<detail::BlockPtr>, const BatchInfo& info) override {
    log_->note("deliver", info.batch_time);
  }

 private:
  std::shared_ptr<RecordingLog> log_;
};

/// Its task says that it runs, then waits until it is asked to stop.
class WaitForStop final : public detail::OutputOperation {
 public:
  WaitForStop() : OutputOperation(detail::OutputPhase::task) {}
  detail::StepPtr make_step() const override { return std::make_unique<Waiting>(running); }
  mutable std::counting_semaphore<> running{0};

 private:
  class Waiting final : public detail::Step {
   public:
    explicit Waiting(std::counting_semaphore<>& running) : running_(running) {}
    void begin(const TaskContext& context) override { stop_ = context.stop; }
    void process(detail::Chunk) override {
      running_.release();
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock lock(mutex);
      never.wait(lock, stop_, [] { return false; });
    }

   private:
    std::counting_semaphore<>& running_;
    std::stop_token stop_;
  };
};

}  // namespace

TEST_CASE("batch times are multiples of the interval", "[scheduler]") {
  auto clock = std::make_shared<jobs::Clock>(Time(7 * kSecond + 300'000'000));
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

TEST_CASE("a graceful stop processes everything that was accepted", "[scheduler]") {
  auto clock = std::make_shared<jobs::Clock>(seconds(5));
  StreamingContext ssc(jobs::by_clock(clock));
  auto [queue, queued] = ssc.queue_stream<int>();
  auto [inlet, pushed] = ssc.inlet<int>();
  auto out = testing::capture(queued.union_with(pushed));
  ssc.start();
  for (int i = 0; i < 5; ++i) REQUIRE(queue.push({i}) == PushResult::ok);
  for (int i = 5; i < 1000; ++i) REQUIRE(inlet.push(i) == PushResult::ok);
  ssc.stop(StopMode::graceful);
  std::vector<int> all;
  for (const auto& batch : out.batches()) {
    all.insert(all.end(), batch.records.begin(), batch.records.end());
  }
  CHECK(jobs::sorted(all) == jobs::numbers(0, 1000));
  CHECK(inlet.push(1) != PushResult::ok);
}

TEST_CASE("an immediate stop drops the batches that wait", "[scheduler]") {
  StreamingContext ssc(jobs::on_executors(1, 2));
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto waiting = std::make_shared<WaitForStop>();
  ssc.impl().add_output(std::make_shared<detail::OutputNode>(
      detail::Origin{"wait"}, "int", numbers.node(), waiting, nullptr));
  auto out = testing::capture(numbers);
  for (int i = 0; i < 3; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  for (int i = 0; i < 3; ++i) batches.make();
  waiting->running.acquire();
  CHECK(ssc.memory().blocks > 0);
  ssc.stop(StopMode::immediate);  // the task ends because its stop token asks it to
  CHECK(out.size() == 0);
  CHECK_FALSE(waiting->running.try_acquire());
  CHECK(ssc.memory().blocks == 0);
  ssc.await_termination();
}

TEST_CASE("a task's stop callback may look at its context", "[scheduler]") {
  StreamingContext ssc(jobs::on_executors(1, 2));
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::counting_semaphore<> running{0};
  std::counting_semaphore<> looked{0};
  testing::capture(numbers.map_partitions([&](std::span<const int>, const TaskContext& context) {
    const std::stop_callback look(context.stop, [&] {
      ssc.memory();
      ssc.skipped_outputs();
      looked.release();
    });
    running.release();
    looked.acquire();
    return std::vector<int>();
  }));
  queue.push({1});
  jobs::Batches batches(ssc);
  batches.make();
  running.acquire();
  ssc.stop(StopMode::immediate);
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("an immediate stop ends a graceful one that waits", "[scheduler]") {
  StreamingContext ssc(jobs::on_executors(1, 2));
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto channel = numbers.to_channel({.capacity_bytes = 1});
  for (int i = 0; i < 3; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  std::thread graceful([&] { ssc.stop(StopMode::graceful); });  // nobody reads the channel
  ssc.stop(StopMode::immediate);
  graceful.join();
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("a batch goes through the log's protocol", "[scheduler]") {
  Options options = jobs::by_hand();
  options.default_partitions = 5;
  options.slice_records = 77;
  auto log = std::make_shared<RecordingLog>();
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.map([&log](int x) { return log->note("compute", Time(0)), x; })
      .add_collecting_output({"note"}, std::make_shared<NotingOutput>(log));
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  driver.run_batch();
  CHECK(log->calls() == std::vector<std::string>{"alloc 1", "compute 0", "prepare 1", "commit 1",
                                                 "deliver 1", "publish 1", "alloc 2", "prepare 2",
                                                 "commit 2", "deliver 2", "publish 2"});
  const AllocRecord record = log->allocs().front();
  CHECK(record.from == Time(0));
  CHECK(record.default_partitions == 5);
  CHECK(record.slice_records == 77);
  REQUIRE(record.sources.size() == 1);
  CHECK(record.sources[0].records == 1);
}

TEST_CASE("a batch fails where the log does", "[scheduler]") {
  const std::string step = GENERATE("alloc", "prepare", "commit");
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  auto log = std::make_shared<RecordingLog>();
  log->fail_at = step + " 2";
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  int seen = 0;
  numbers.for_each([&seen](int) { ++seen; });
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  queue.push({2});
  CHECK_THROWS_WITH(driver.run_batch(), "the log cannot " + step + " 2");
  CHECK(out.size() == 1);
  CHECK(log->count("publish") == 1);
  CHECK(seen == (step == "alloc" ? 1 : 2));  // no external effect without ALLOC
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("a log that cannot publish ends the context behind the COMMIT", "[scheduler]") {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  auto log = std::make_shared<RecordingLog>();
  log->fail_at = "publish 2";
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  queue.push({2});
  CHECK_THROWS_WITH(driver.run_batch(), "the log cannot publish 2");
  CHECK(out.size() == 2);
  CHECK(log->count("commit") == 2);
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("an output that cannot hand over its batch ends the context", "[scheduler]") {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  auto log = std::make_shared<RecordingLog>();
  log->fail_at = "deliver 2";
  options.batch_log = log;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.add_collecting_output({"note"}, std::make_shared<NotingOutput>(log));
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  queue.push({2});
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  CHECK(jobs::contains(error.what(), "note (batch 00:00:02): it could not hand over the batch, "
                                     "which is committed: the log cannot deliver 2"));
  CHECK(out.size() == 2);  // the outputs behind it are served all the same
  CHECK(log->count("publish") == 1);
}

namespace {

/// Its copies throw from a batch's COMMIT on.
struct Brittle {
  Brittle() = default;
  Brittle(const Brittle&) {
    if (armed) throw std::runtime_error("no copy");
  }
  Brittle& operator=(const Brittle&) = default;
  int value = 0;
  static inline std::atomic<bool> armed{false};
};

class ArmingLog final : public BatchLog {
 public:
  void alloc(const AllocRecord&) override {}
  void prepare(Time) override {}
  void commit(Time) override { Brittle::armed = true; }
  void publish(Time) override {}
};

}  // namespace

TEST_CASE("a record that cannot be copied for a channel ends the context", "[scheduler]") {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  options.batch_log = std::make_shared<ArmingLog>();
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto brittle = numbers.map([](int) { return Brittle(); });
  auto one = brittle.to_channel();
  auto other = brittle.latest();
  testing::BatchDriver driver(ssc);
  queue.push({1});
  const Error error = jobs::error_of([&] { driver.run_batch(); });
  Brittle::armed = false;
  CHECK(jobs::contains(error.what(), "no copy"));
  CHECK(jobs::contains(error.what(), "to_channel"));
  CHECK_FALSE(one.pop().has_value());
}

TEST_CASE("a full channel makes the next COMMIT wait", "[scheduler]") {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors();
  auto log = std::make_shared<RecordingLog>();
  options.batch_log = log;
  options.max_batches_in_flight = 2;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::counting_semaphore<> computed{0};
  auto channel =
      numbers.map([&](int x) { return computed.release(), x; }).to_channel({.capacity_bytes = 1});
  for (int i = 1; i <= 3; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  for (int i = 0; i < 3; ++i) batches.make();
  for (int i = 0; i < 3; ++i) computed.acquire();
  CHECK(log->count("commit") == 1);
  CHECK(channel.pop()->records == std::vector<int>{1});
  CHECK(channel.pop()->records == std::vector<int>{2});
  CHECK(channel.pop()->records == std::vector<int>{3});
  CHECK(log->count("commit") == 3);
  CHECK(channel.dropped() == 0);
  ssc.stop();
}

TEST_CASE("room in a channel may be made while it is being used", "[scheduler]") {
  Options options = jobs::by_hand();
  options.max_batches_in_flight = 2;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::vector<int> popped;
  std::function<void()> pop;
  auto channel = numbers.map([&](int x) {
    if (x == 4) pop();  // on the thread that the host's pop() below has led here
    return x;
  }).to_channel({.capacity_bytes = 1});
  pop = [&] { popped.push_back(channel.pop()->records.front()); };
  for (int i = 1; i <= 4; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  for (int i = 0; i < 4; ++i) batches.make();
  pop();
  CHECK(popped == std::vector<int>{2, 1});
  pop();
  pop();
  CHECK(popped == std::vector<int>{2, 1, 3, 4});
}

TEST_CASE("a channel may drop its oldest batches", "[scheduler]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto channel = numbers.to_channel({.capacity_bytes = 1, .drop_oldest = true});
  testing::BatchDriver driver(ssc);
  for (int i = 1; i <= 3; ++i) {
    queue.push({i});
    driver.run_batch();
  }
  CHECK(channel.dropped() == 2);
  CHECK(channel.try_pop()->records == std::vector<int>{3});
  CHECK_FALSE(channel.try_pop().has_value());
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
  for (std::size_t i = 1; i < out.size(); ++i) CHECK(out.infos()[i].from == out.infos()[i - 1].batch_time);
}

namespace {

/// Holds one record; its cut takes it and returns only when someone has seen that nothing is left.
class SlowCutSource final : public detail::InputSource {
 public:
  void start(detail::SourceHost& host) override { host_ = &host; }
  void cut(Time, Time, std::vector<detail::BlockPtr>& blocks) override {
    std::unique_lock lock(mutex_);
    if (!std::exchange(full_, false)) return;
    cut_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return seen_empty_; });
    // Gives a stop that does not wait for this batch time to overtake it.
    changed_.wait_for(lock, std::chrono::milliseconds(50), [] { return false; });
    BlockBuilder<int> builder;
    builder.append(7);
    blocks.push_back(builder.finish());
  }
  bool has_data() const override {
    std::lock_guard lock(mutex_);
    if (cut_) seen_empty_ = true;
    changed_.notify_all();
    return full_;
  }
  void fill() {
    {
      std::lock_guard lock(mutex_);
      full_ = true;
    }
    std::lock_guard call(host_mutex_);
    host_->data_arrived();
  }
  void stop() override { std::lock_guard no_call(host_mutex_); }
  void await_cut() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return cut_; });
  }

 private:
  detail::SourceHost* host_ = nullptr;
  std::mutex host_mutex_;  // held during calls of the host, which stop() has to outlast
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool full_ = false;
  bool cut_ = false;
  mutable bool seen_empty_ = false;
};

}  // namespace

TEST_CASE("a graceful stop waits for the batch that is being cut", "[scheduler]") {
  Options options = jobs::on_executors();
  options.trigger = Trigger::arrival;
  StreamingContext ssc(options);
  auto source = std::make_shared<SlowCutSource>();
  auto out = testing::capture(ssc.add_source<int>("slow_cut", source));
  ssc.start();
  std::thread filler([&] { source->fill(); });
  source->await_cut();
  ssc.stop(StopMode::graceful);
  filler.join();
  REQUIRE(out.size() == 1);
  CHECK(out.last() == std::vector<int>{7});
}

TEST_CASE("a source that cannot be cut ends the context", "[scheduler]") {
  StreamingContext ssc(jobs::by_hand());
  auto out = testing::capture(ssc.generator_stream([](Time time) -> std::vector<int> {
    if (time == seconds(2)) throw std::runtime_error("no more");
    return {1};
  }));
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  CHECK_THROWS_WITH(driver.run_batch(), "no more");
  CHECK(out.size() == 1);
}

namespace {

/// Always has data, and can never be cut.
class BrokenSource final : public detail::InputSource {
 public:
  void cut(Time, Time, std::vector<detail::BlockPtr>&) override {
    throw std::runtime_error("cannot be cut");
  }
  bool has_data() const override { return true; }
};

/// Another exchange whose partitions cannot be told.
class UnplannedExchange final : public detail::Exchange {
 public:
  explicit UnplannedExchange(std::shared_ptr<const Exchange> inner) : inner_(std::move(inner)) {}
  std::uint32_t partitions(const detail::ExchangeSettings& settings) const override {
    return inner_->partitions(settings);
  }
  detail::TerminalPtr make_writer(const detail::ExchangeSettings& settings) const override {
    return inner_->make_writer(settings);
  }
  detail::ReaderPtr make_reader(const detail::ExchangeSettings& settings) const override {
    return inner_->make_reader(settings);
  }
  bool wanted(const detail::ExchangeSettings&, std::span<const detail::SliceOutputPtr>,
              std::uint32_t) const override {
    throw std::runtime_error("nobody knows");
  }
  void recycle(detail::SliceOutputPtr output) const override { inner_->recycle(std::move(output)); }

 private:
  const std::shared_ptr<const Exchange> inner_;
};

}  // namespace

TEST_CASE("a graceful stop gives up on a source that cannot be cut", "[scheduler]") {
  StreamingContext ssc(GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors());
  testing::capture(ssc.add_source<int>("broken", std::make_shared<BrokenSource>()));
  ssc.start();
  ssc.stop(StopMode::graceful);
  CHECK_THROWS_WITH(ssc.await_termination(), "cannot be cut");
}

TEST_CASE("a stage whose tasks cannot be planned ends the context", "[scheduler]") {
  StreamingContext ssc(GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors());
  auto [queue, numbers] = ssc.queue_stream<int>();
  const auto dealt = numbers.repartition(4);
  const auto& node = static_cast<const detail::ExchangeNode&>(*dealt.node());
  const auto unplanned = detail::make_exchange_node(
      {"unplanned"}, "int", numbers.node(), std::make_shared<UnplannedExchange>(node.exchange));
  auto out = testing::capture(DStream<int>(dealt.context(), unplanned));
  testing::BatchDriver driver(ssc);
  queue.push({1});
  CHECK_THROWS_WITH(driver.run_batch(), "nobody knows");
  CHECK(out.size() == 0);
}
