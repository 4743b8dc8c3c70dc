#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <semaphore>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "support/jobs.h"
#include "support/recording_log.h"

using namespace dstream;
using namespace std::chrono_literals;
using jobs::seconds;

namespace {

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

/// Always has data, and can never be cut.
class BrokenSource final : public detail::InputSource {
 public:
  void cut(Time, Time, std::vector<detail::BlockPtr>&) override {
    throw std::runtime_error("cannot be cut");
  }
  bool has_data() const override { return true; }
};

/// Never comes to its end; notes a cut after it was closed.
class EndlessSource final : public detail::InputSource {
 public:
  void cut(Time, Time, std::vector<detail::BlockPtr>&) override {
    if (closed_) late = true;
    cuts.release();
  }
  bool has_data() const override { return true; }
  detail::SourceEnd end() const override { return detail::SourceEnd::ahead; }
  void close() override {
    closed_ = true;
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();  // time enough for a cut that is late
  }
  std::counting_semaphore<> cuts{0};
  std::atomic<bool> late{false};

 private:
  std::atomic<bool> closed_{false};
};

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

TEST_CASE("a graceful stop processes everything that was accepted", "[stop]") {
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

TEST_CASE("an immediate stop drops the batches that wait", "[stop]") {
  StreamingContext ssc(jobs::on_executors(1, 2));
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto waiting = std::make_shared<WaitForStop>();
  ssc.impl().add_output(std::make_shared<detail::OutputNode>(detail::Origin{"wait"}, "int",
                                                             numbers.node(), waiting, nullptr));
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

TEST_CASE("a task's stop callback may look at its context", "[stop]") {
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

TEST_CASE("an immediate stop ends a graceful one that waits", "[stop]") {
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

TEST_CASE("a graceful stop waits for the batch that is being cut", "[stop]") {
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

TEST_CASE("a graceful stop gives up on a source that cannot be cut", "[stop]") {
  StreamingContext ssc(GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors());
  testing::capture(ssc.add_source<int>("broken", std::make_shared<BrokenSource>()));
  ssc.start();
  ssc.stop(StopMode::graceful);
  CHECK_THROWS_WITH(ssc.await_termination(), "cannot be cut");
}

TEST_CASE("a stop ends a run to the end, and no source is cut once it is closed", "[stop]") {
  StreamingContext ssc(jobs::on_executors());
  auto source = std::make_shared<EndlessSource>();
  testing::capture(ssc.add_source<int>("endless", source));
  std::thread runner([&] { ssc.run_to_end(); });
  for (int i = 0; i < 10; ++i) source->cuts.acquire();
  ssc.stop();
  runner.join();
  CHECK_FALSE(source->late);
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("an immediate stop ends a graceful one that has endless data to process", "[stop]") {
  StreamingContext ssc(jobs::on_executors());
  auto source = std::make_shared<EndlessSource>();
  testing::capture(ssc.add_source<int>("endless", source));
  ssc.start();
  std::thread graceful([&] { ssc.stop(StopMode::graceful); });
  for (int i = 0; i < 10; ++i) source->cuts.acquire();
  ssc.stop(StopMode::immediate);
  graceful.join();
  CHECK(ssc.state() == ContextState::stopped);
}
