#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/listener.h>
#include <dstream/progress_listener.h>
#include <dstream/stats_report_listener.h>

#include "runtime/listener_bus.h"
#include "support/captured_stdout.h"
#include "support/jobs.h"
#include "support/recording_sink.h"

using namespace dstream;
using namespace std::chrono_literals;
using Events = std::vector<std::string>;

namespace {

std::string second_of(Time time) { return std::to_string(time.ns() / 1'000'000'000); }

/// Keeps every event; read it once the context has stopped, which delivers the rest.
class Recorder final : public StreamingListener {
 public:
  void on_streaming_started(Time) override { note("started"); }
  void on_batch_submitted(const BatchInfo& info) override { note("submitted", info); }
  void on_batch_started(const BatchInfo& info) override { note("batch started", info); }
  void on_batch_completed(const BatchInfo& info) override { note("completed", info); }
  void on_batch_failed(const BatchInfo& info, const std::string& text) override {
    note("failed", info);
    message = text;
  }
  void on_output_operation_started(const OutputOperationInfo& info) override {
    note("op started", info);
  }
  void on_output_operation_completed(const OutputOperationInfo& info) override {
    note(info.failure_reason.empty() ? "op completed" : "op failed", info);
  }

  /// What was told of one batch.
  Events of_batch(int second) const {
    Events found;
    const std::string end = " @" + std::to_string(second);
    for (const std::string& event : events) {
      if (event.ends_with(end)) found.push_back(event.substr(0, event.size() - end.size()));
    }
    return found;
  }

  Events events;
  std::vector<BatchInfo> infos;
  std::vector<OutputOperationInfo> outputs;
  std::string message;

 private:
  void note(const std::string& what) { events.push_back(what); }
  void note(const std::string& what, const BatchInfo& info) {
    note(what + " @" + second_of(info.batch_time));
    infos.push_back(info);
  }
  void note(const std::string& what, const OutputOperationInfo& info) {
    note(what + " " + info.name + " @" + second_of(info.batch_time));
    outputs.push_back(info);
  }
};

Options either_runner() { return GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(); }

/// Writes what it is given into `text`, which outlives it.
std::shared_ptr<TextOutput> into(std::string& text) {
  return callback_output([&text](std::string_view more) { text += more; });
}

BatchInfo batch(std::int64_t second, std::uint64_t records, Duration scheduling,
                Duration processing) {
  BatchInfo info;
  info.batch_time = Time(second * 1'000'000'000);
  info.records = records;
  info.submission_time = info.batch_time;
  info.processing_start = info.submission_time + scheduling;
  info.processing_end = *info.processing_start + processing;
  return info;
}

}  // namespace

TEST_CASE("the events of a batch come in Spark's order", "[listener]") {
  StreamingContext ssc(either_runner());
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.for_each([](int) {}, {.name = "each"});
  numbers.foreach_rdd([](const Rdd<int>&) {}, {.name = "rdd"});
  numbers.write_to(std::make_shared<recording::Sink>(), {.name = "sink", .partitions = 1});
  auto latest = numbers.latest();
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3});
  driver.run_batches(2);
  ssc.stop();
  REQUIRE(recorder->events.size() > 1);
  CHECK(recorder->events.front() == "started");
  for (const int second : {1, 2}) {
    Events events = recorder->of_batch(second);
    REQUIRE(events.size() == 11);
    CHECK(events[0] == "submitted");
    CHECK(events[1] == "batch started");
    CHECK(events.back() == "completed");
    const auto at = [&](const std::string& event) {
      return std::find(events.begin(), events.end(), event) - events.begin();
    };
    for (const char* name : {"each", "rdd", "sink", "latest"}) {
      CHECK(at(std::string("op started ") + name) < at(std::string("op completed ") + name));
      CHECK(at(std::string("op completed ") + name) < 10);
    }
    // Outputs that the world sees take turns; sinks are done with their commit.
    CHECK(at("op completed each") < at("op started rdd"));
    CHECK(at("op completed rdd") < at("op completed sink"));
    CHECK(at("op completed sink") < at("op started latest"));
  }
}

TEST_CASE("what is known of outputs and stages, and when", "[listener]") {
  Options options = either_runner();
  options.slice_records = 10;
  StreamingContext ssc(options);
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::atomic<bool> fail{true};  // the tasks share it
  numbers
      .filter([&](int x) {
        if (fail.exchange(false)) throw std::runtime_error("once");
        return x % 2 == 0;
      })
      .count_by_value(4)
      .foreach_rdd([](const auto&) {}, {.name = "pairs"});
  const unsigned line = __LINE__ - 1;
  numbers.to_channel();
  testing::BatchDriver driver(ssc);
  queue.push(jobs::numbers(0, 25));
  driver.run_batch();
  ssc.stop();
  REQUIRE(recorder->infos.size() == 3);
  for (int i = 0; i < 2; ++i) {
    const BatchInfo& early = recorder->infos[static_cast<std::size_t>(i)];
    REQUIRE(early.outputs.size() == 2);
    CHECK(early.outputs[0].name == "pairs");
    CHECK_FALSE(early.outputs[0].start.has_value());
    CHECK(early.stages.empty());
  }
  const BatchInfo& done = recorder->infos[2];
  CHECK(done.failed_attempts == 1);
  REQUIRE(done.outputs.size() == 2);
  CHECK(done.outputs[0].id == 0);
  CHECK(done.outputs[0].batch_time == done.batch_time);
  CHECK(done.outputs[0].description ==
        "foreach_rdd at listener_events_test.cc:" + std::to_string(line));
  CHECK(done.outputs[1].id == 1);
  CHECK(done.outputs[1].name == "to_channel");
  for (const OutputOperationInfo& output : done.outputs) {
    CHECK(output.start == Time(1'000'000'000));
    CHECK(output.end == Time(1'000'000'000));
    CHECK(output.failure_reason.empty());
    CHECK(output.duration() == 0ns);
  }
  REQUIRE(done.stages.size() == 3);
  const StageInfo& first = done.stages[0];
  CHECK(first.operations == "queue_stream -> filter");
  CHECK(first.tasks == 3);
  CHECK(first.records_in == 25);
  CHECK(first.records_out == 25 + 13);  // to the channel and into the shuffle
  CHECK(first.failed_attempts == 1);
  CHECK(done.stages[1].records_in == 13);
  CHECK(done.stages[1].records_out == 13);
  CHECK(done.stages[1].tasks == 4);
  CHECK(done.stages[2].operations == "pairs");
  CHECK(done.stages[2].tasks == 1);
}

TEST_CASE("a stage's figures are those of one batch; skew is longest by mean", "[listener]") {
  auto clock = std::make_shared<jobs::Clock>();
  StreamingContext ssc(jobs::by_hand(clock));
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.map([&](int x) { return clock->advance(std::chrono::milliseconds(x)), x; }).latest();
  testing::BatchDriver driver(ssc);
  queue.push_blocks({{10}, {10}, {40}});
  queue.push({7});
  driver.run_batches(2);
  ssc.stop();
  std::vector<StageInfo> stages;
  for (const BatchInfo& info : recorder->infos) {
    if (!info.stages.empty()) stages.push_back(info.stages.front());
  }
  REQUIRE(stages.size() == 2);
  CHECK(stages[0].busy == 60ms);
  CHECK(stages[0].longest_task == 40ms);
  CHECK(stages[0].skew() == 2);
  CHECK(stages[1].busy == 7ms);
  CHECK(stages[1].tasks == 1);
  CHECK(stages[1].skew() == 1);
  CHECK(StageInfo().skew() == 1);
}

TEST_CASE("outputs of a batch that fails are told to have failed, with the reason", "[listener]") {
  Options options = either_runner();
  options.max_task_failures = 2;
  StreamingContext ssc(options);
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.for_each([](int) {}, {.name = "fine"});
  numbers.for_each([](int) { throw std::runtime_error("no disk"); }, {.name = "bad"});
  numbers.foreach_rdd([](const Rdd<int>&) {}, {.name = "never"});
  testing::BatchDriver driver(ssc);
  queue.push({1});
  CHECK_THROWS_AS(driver.run_batch(), Error);
  ssc.stop();
  CHECK(recorder->events == Events{"started", "submitted @1", "batch started @1",
                                   "op started fine @1", "op completed fine @1",
                                   "op started bad @1", "op failed bad @1", "failed @1"});
  CHECK(jobs::contains(recorder->outputs.back().failure_reason, "no disk"));
  CHECK(jobs::contains(recorder->message, "no disk"));
  CHECK(jobs::contains(recorder->message, "await_termination()"));
}

TEST_CASE("without listeners a batch keeps no figures for them", "[listener]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  CHECK(out.infos()[0].outputs.capacity() == 0);
  CHECK(out.infos()[0].stages.capacity() == 0);
}

TEST_CASE("a listener that is removed hears nothing more", "[listener]") {
  StreamingContext ssc(either_runner());
  auto gone = std::make_shared<Recorder>();
  auto stays = std::make_shared<Recorder>();
  ssc.add_listener(gone);
  ssc.add_listener(stays);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  ssc.remove_listener(gone);
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  ssc.remove_listener(stays);
  ssc.remove_listener(stays);
  driver.run_batch();
  ssc.stop();
  CHECK(gone->events.empty());
  CHECK(stays->of_batch(2).empty());
  CHECK(ssc.listener_status().dropped == 0);
}

TEST_CASE("a listener that is removed does not hear the event that others are hearing",
          "[listener]") {
  struct Removing final : StreamingListener {
    void on_batch_submitted(const BatchInfo&) override { ssc->remove_listener(next); }
    StreamingContext* ssc = nullptr;
    std::shared_ptr<StreamingListener> next;
  };
  StreamingContext ssc(either_runner());
  auto first = std::make_shared<Removing>();
  auto next = std::make_shared<Recorder>();
  first->ssc = &ssc;
  first->next = next;
  ssc.add_listener(first);
  ssc.add_listener(next);
  auto [queue, numbers] = ssc.queue_stream<int>();
  testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  ssc.stop();
  CHECK(next->of_batch(1).empty());
}

TEST_CASE("a slow listener loses events, which are counted; batches go on", "[listener]") {
  struct Slow final : StreamingListener {
    void on_streaming_started(Time) override {
      entered.release();
      leave.acquire();
    }
    void on_output_operation_completed(const OutputOperationInfo&) override { ++delivered; }
    void on_batch_completed(const BatchInfo&) override {
      ++delivered;
      throw std::runtime_error("counted apart");
    }
    std::binary_semaphore entered{0}, leave{0};
    std::uint64_t delivered = 0;
  };
  StreamingContext ssc(either_runner());
  auto slow = std::make_shared<Slow>();
  ssc.add_listener(slow);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = numbers.latest();
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  slow->entered.acquire();
  driver.run_batches(999);
  CHECK(out.get()->time == Time(1'000'000'000'000));
  // Five events a batch for a queue of 1 000.
  CHECK(ssc.listener_status().dropped == 5 * 1000 - detail::ListenerBus::kCapacity);
  slow->leave.release();
  ssc.stop();
  const ListenerStatus status = ssc.listener_status();
  CHECK(status.thrown == slow->delivered / 2);
  CHECK(slow->delivered == 2 * detail::ListenerBus::kCapacity / 5);
  CHECK_FALSE(status.left_behind);
  CHECK(ssc.dropped_events() == status.dropped + status.thrown);
}

TEST_CASE("a listener that blocks for ever is left behind after five seconds", "[listener]") {
  struct Shared {
    std::binary_semaphore entered{0}, leave{0}, left{0};
  };
  struct Stuck final : StreamingListener {
    explicit Stuck(std::shared_ptr<Shared> state) : shared(std::move(state)) {}
    ~Stuck() override { shared->left.release(); }
    void on_streaming_started(Time) override {
      shared->entered.release();
      shared->leave.acquire();
    }
    std::shared_ptr<Shared> shared;
  };
  auto shared = std::make_shared<Shared>();
  auto clock = std::make_shared<jobs::Clock>();
  {
    StreamingContext ssc(jobs::on_executors(1, 1, clock));
    ssc.add_listener(std::make_shared<Stuck>(shared));
    auto [queue, numbers] = ssc.queue_stream<int>();
    auto out = testing::capture(numbers);
    testing::BatchDriver driver(ssc);
    driver.run_batch();
    shared->entered.acquire();
    std::thread stopper([&] { ssc.stop(); });
    clock->await_waiters(1);
    clock->advance(4999ms);
    CHECK(ssc.state() == ContextState::active);
    clock->await_waiters(1);
    clock->advance(1ms);
    stopper.join();
    CHECK(ssc.state() == ContextState::stopped);
    CHECK(ssc.listener_status().left_behind);
    CHECK(ssc.listener_status().dropped == 5);
    CHECK(out.size() == 1);
  }
  // Its thread ends once it returns, with the context gone; nobody else holds the listener.
  shared->leave.release();
  shared->left.acquire();
}

TEST_CASE("the progress line shows rate, delays and queue", "[listener]") {
  std::string text;
  ProgressListener progress({.output = into(text), .in_place = false, .every = 500ms});
  progress.on_streaming_started(Time(0));
  for (int second = 1; second <= 3; ++second)
    progress.on_batch_submitted(batch(second, 0, 0ns, 0ns));
  progress.on_batch_completed(batch(1, 500, 20ms, 980ms));
  CHECK(std::exchange(text, "") ==
        "batch 00:00:01 | 500 records, 250/s | delay 20.00 + 980.00 ms | 2 queued\n");
  BatchInfo skipping = batch(2, 10, 0ns, 499ms);  // too soon: joins the next line
  skipping.skipped_outputs = 2;
  progress.on_batch_completed(skipping);
  CHECK(text.empty());
  progress.on_batch_completed(batch(3, 90, 0ns, 0ns));
  CHECK(std::exchange(text, "") ==
        "batch 00:00:03 | 90 records, 100/s | delay 0.00 + 0.00 ms | 0 queued | 2 skipped\n");
  progress.on_batch_failed(batch(4, 0, 0ns, 0ns), "no disk");
  CHECK(text == "batch 00:00:04 failed: no disk\n");
}

TEST_CASE("on a terminal a line replaces the one before", "[listener]") {
  std::string text;
  ProgressListener progress({.output = into(text), .every = 0s});
  progress.on_batch_completed(batch(1, 1000, 0ns, 100ms));
  const std::string first = std::exchange(text, "");
  CHECK(first.front() == '\r');
  progress.on_batch_completed(batch(2, 1, 0ns, 1ms));
  CHECK(text.size() == first.size());  // blanks cover the rest
  CHECK(text.back() == ' ');
}

TEST_CASE("the statistics report has the distributions of the last batches", "[listener]") {
  std::string text;
  StatsReportListener stats(4, into(text));
  for (int i = 1; i <= 6; ++i) {
    text.clear();
    stats.on_batch_completed(batch(i, 0, 1ms, std::chrono::milliseconds(i)));
  }
  CHECK(text ==
        "Total delay, last 4 batches: mean 5.50 ms, 0% 4.00, 5% 4.00, 10% 4.00, 25% 5.00, "
        "50% 6.00, 75% 7.00, 90% 7.00, 95% 7.00, 100% 7.00\n"
        "Processing time, last 4 batches: mean 4.50 ms, 0% 3.00, 5% 3.00, 10% 3.00, 25% 4.00, "
        "50% 5.00, 75% 6.00, 90% 6.00, 95% 6.00, 100% 6.00\n");
  CHECK(jobs::code_of([] { StatsReportListener none(0); }) == Errc::invalid_argument);
}
