#include <memory>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <vector>

#include <dstream/listener.h>

#include "runtime/listener_bus.h"
#include "support/jobs.h"

using namespace dstream;

namespace {

/// Keeps what it is told; the test reads it once the context has stopped, which delivers the rest.
class Recorder final : public StreamingListener {
 public:
  void on_streaming_started(Time) override { note("context started"); }
  void on_batch_submitted(const BatchInfo& info) override { note("submitted", info); }
  void on_batch_started(const BatchInfo& info) override {
    note("started", info);
    started.release();
  }
  void on_batch_completed(const BatchInfo& info) override { note("completed", info); }
  void on_batch_failed(const BatchInfo& info, const std::string& text) override {
    note("failed", info);
    message = text;
  }

  std::vector<std::string> events;
  std::vector<BatchInfo> infos;
  std::string message;
  std::counting_semaphore<> started{0};

 private:
  void note(const std::string& what) { events.push_back(what); }
  void note(const std::string& what, const BatchInfo& info) {
    note(what + " " + std::to_string(info.batch_time.ns() / 1'000'000'000));
    infos.push_back(info);
  }
};

}  // namespace

TEST_CASE("a listener hears a batch's life in order", "[listener]") {
  StreamingContext ssc(GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors());
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3});
  driver.run_batches(2);
  ssc.stop();
  CHECK(recorder->events == std::vector<std::string>{"context started", "submitted 1", "started 1",
                                                     "completed 1", "submitted 2", "started 2",
                                                     "completed 2"});
  CHECK(ssc.dropped_events() == 0);
  REQUIRE(recorder->infos.size() == 6);
  const BatchInfo& submitted = recorder->infos[0];
  CHECK(submitted.records == 3);
  CHECK(submitted.submission_time == Time(1'000'000'000));
  CHECK_FALSE(submitted.processing_start.has_value());
  const BatchInfo& started = recorder->infos[1];
  CHECK(started.processing_start == Time(1'000'000'000));
  CHECK_FALSE(started.processing_end.has_value());
  const BatchInfo& completed = recorder->infos[2];
  CHECK(completed.processing_start.has_value());
  CHECK(completed.processing_end.has_value());
  CHECK(completed.total_delay() == Duration(0));
}

TEST_CASE("a batch is told to have started while it runs", "[listener]") {
  StreamingContext ssc(jobs::on_executors());
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  jobs::Gate gate;
  auto out = testing::capture(numbers.map([&](int x) { return gate.pass(), x; }));
  queue.push({1});
  jobs::Batches batches(ssc);
  batches.make();
  gate.await();
  recorder->started.acquire();
  CHECK(out.size() == 0);
  gate.open();
  batches.drain();
  ssc.stop();
  CHECK(recorder->events.back() == "completed 1");
}

TEST_CASE("a listener hears of a failed batch", "[listener]") {
  StreamingContext ssc(jobs::on_executors());
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  testing::capture(numbers.map([](int x) { return x == 1 ? throw std::runtime_error("no") : x; }));
  testing::BatchDriver driver(ssc);
  queue.push({1});
  CHECK_THROWS_AS(driver.run_batch(), Error);
  ssc.stop();
  CHECK(recorder->events ==
        std::vector<std::string>{"context started", "submitted 1", "started 1", "failed 1"});
  CHECK(jobs::contains(recorder->message, "await_termination()"));
}

TEST_CASE("a listener that blocks delays no batch and loses events", "[listener]") {
  struct Blocked final : StreamingListener {
    void on_streaming_started(Time) override {
      entered.release();
      leave.acquire();
    }
    void on_batch_completed(const BatchInfo&) override { ++completed; }
    std::binary_semaphore entered{0}, leave{0};
    std::uint64_t completed = 0;
  };
  StreamingContext ssc(jobs::on_executors());
  auto listener = std::make_shared<Blocked>();
  ssc.add_listener(listener);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto count = numbers.count().latest();
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  listener->entered.acquire();
  driver.run_batches(499);
  CHECK(count.get()->time == Time(500'000'000'000));
  // 2 500 events for a queue of 1 000.
  CHECK(ssc.dropped_events() == 5 * 500 - detail::ListenerBus::kCapacity);
  listener->leave.release();
  ssc.stop();
  CHECK(listener->completed > 0);
  CHECK(listener->completed < 500);
}

TEST_CASE("a listener that throws is survived, by the others, too", "[listener]") {
  struct Throwing final : StreamingListener {
    void on_batch_completed(const BatchInfo&) override { throw std::runtime_error("no"); }
  };
  StreamingContext ssc(jobs::on_executors());
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(std::make_shared<Throwing>());
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  driver.run_batches(2);
  ssc.stop();
  CHECK(out.size() == 2);
  CHECK(recorder->events.back() == "completed 2");
  CHECK(ssc.dropped_events() == 2);
}
