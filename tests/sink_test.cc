#include <atomic>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/batch_log.h>
#include <dstream/sink.h>

#include "runtime/executor.h"
#include "support/jobs.h"
#include "support/recording_sink.h"

using namespace dstream;
using jobs::error_of;
using recording::Faults;
using Calls = std::vector<std::string>;

namespace {

/// One slot, so that tasks run one after the other; an executor takes them in no fixed order.
Options either_runner() {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(1, 1);
  options.slice_records = 2;
  options.max_task_failures = 2;
  return options;
}

/// Notes its calls among the sink's, and throws for one of them.
class Log final : public BatchLog {
 public:
  explicit Log(recording::Calls& calls, std::string fail_at = {})
      : calls_(calls), fail_at_(std::move(fail_at)) {}
  void alloc(const AllocRecord& record) override { note("ALLOC", record.batch_time); }
  void prepare(Time time) override { note("PREPARE", time); }
  void commit(Time time) override { note("COMMIT", time); }
  void publish(Time time) override { note("PUBLISH", time); }

 private:
  void note(const std::string& what, Time time) {
    const std::string call = what + " " + std::to_string(time.ns() / 1'000'000'000);
    calls_.add(call);
    if (call == fail_at_) throw std::runtime_error("the log cannot " + call);
  }
  recording::Calls& calls_;
  const std::string fail_at_;
};

/// The calls for one write, as in "1/0".
Calls about(const Calls& calls, const std::string& write) {
  Calls found;
  for (const std::string& call : calls) {
    if (call.substr(call.find(' ') + 1).rfind(write + "#", 0) == 0) found.push_back(call);
  }
  return found;
}

/// Where calls of this kind are addressed: "1/0#0".
Calls targets(const Calls& calls, const std::string& kind) {
  Calls found;
  for (const std::string& call : calls) {
    if (call.rfind(kind + " ", 0) != 0) continue;
    const std::string rest = call.substr(kind.size() + 1);
    found.push_back(rest.substr(0, rest.find(' ')));
  }
  return jobs::sorted(found);
}

/// A job that writes to a sink whose calls fail as told.
struct Job {
  explicit Job(Options options, std::vector<std::pair<std::string, int>> faults = {},
               WriteOptions write = {}, const std::string& log_fails_at = {})
      : ssc((options.batch_log = std::make_shared<Log>(sink->calls, log_fails_at), options)) {
    sink->fault = Faults(std::move(faults));
    auto [in, numbers] = ssc.queue_stream<int>();
    queue = std::make_unique<QueueInput<int>>(in);
    numbers.write_to(sink, std::move(write));
  }
  std::shared_ptr<recording::Sink> sink = std::make_shared<recording::Sink>();
  StreamingContext ssc;
  std::unique_ptr<QueueInput<int>> queue;
};

}  // namespace

TEST_CASE("a sink is called in the order of the batch protocol", "[sink]") {
  Job job(either_runner());
  testing::BatchDriver driver(job.ssc);
  job.queue->push({1, 2, 3});
  driver.run_batch();
  const Calls calls = job.sink->calls.take();
  REQUIRE(calls.size() == 13);
  CHECK(calls.front() == "ALLOC 1");
  CHECK(about(calls, "1/0") == Calls{"begin 1/0#0", "write 1/0#0 1", "write 1/0#0 2",
                                     "prepare 1/0#0", "commit 1/0#0 h1/0#0"});
  CHECK(about(calls, "1/1") ==
        Calls{"begin 1/1#0", "write 1/1#0 3", "prepare 1/1#0", "commit 1/1#0 h1/1#0"});
  CHECK(Calls(calls.begin() + 8, calls.end()) ==
        Calls{"PREPARE 1", "COMMIT 1", "commit 1/0#0 h1/0#0", "commit 1/1#0 h1/1#0", "PUBLISH 1"});
  driver.run_batch();
  CHECK(job.sink->calls.take() == Calls{"ALLOC 2", "PREPARE 2", "COMMIT 2", "PUBLISH 2"});
  CHECK(job.sink->uid == "output-0");
}

TEST_CASE("one partition takes all records in slice order", "[sink]") {
  Job job(either_runner(), {}, {.uid = "totals", .partitions = 1});
  testing::BatchDriver driver(job.ssc);
  job.queue->push_blocks({{1, 2, 3}, {4}});
  driver.run_batch();
  CHECK(job.sink->calls.of("write") ==
        Calls{"write 1/0#0 1", "write 1/0#0 2", "write 1/0#0 3", "write 1/0#0 4"});
  CHECK(job.sink->uid == "totals");
}

TEST_CASE("records can be dealt out to a number of partitions", "[sink]") {
  Options options = either_runner();
  options.slice_records = 1000;
  Job job(options, {}, {.partitions = 3});
  testing::BatchDriver driver(job.ssc);
  job.queue->push(jobs::numbers(0, 300));
  driver.run_batch();
  CHECK(job.sink->calls.of("write").size() == 300);
  CHECK(targets(job.sink->calls.all(), "commit") == Calls{"1/0#0", "1/1#0", "1/2#0"});
}

TEST_CASE("a repeated task aborts what it has staged before", "[sink]") {
  struct Case {
    const char* fault;
    Calls calls;
  };
  const Calls again{"begin 1/0#1", "write 1/0#1 1", "prepare 1/0#1", "commit 1/0#1 h1/0#1"};
  const auto with = [&](Calls calls) {
    calls.insert(calls.end(), {"abort 1/0#0"});
    calls.insert(calls.end(), again.begin(), again.end());
    return calls;
  };
  const Case c = GENERATE_COPY(
      Case{"begin", with({"begin 1/0#0"})}, Case{"write", with({"begin 1/0#0", "write 1/0#0 1"})},
      Case{"prepare", with({"begin 1/0#0", "write 1/0#0 1", "prepare 1/0#0"})});
  Job job(either_runner(), {{c.fault, 1}});
  testing::BatchDriver driver(job.ssc);
  job.queue->push({1});
  driver.run_batch();
  Calls calls = job.sink->calls.take();
  std::erase_if(calls, [](const std::string& call) { return call[0] < 'a'; });
  CHECK(calls == c.calls);
}

TEST_CASE("a task that fails after its sink was prepared is staged anew", "[sink]") {
  StreamingContext ssc(either_runner());
  auto sink = std::make_shared<recording::Sink>();
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.write_to(sink);
  auto late = std::make_shared<recording::Sink>();
  late->fault = Faults({{"prepare", 1}});
  numbers.write_to(late);
  testing::BatchDriver driver(ssc);
  queue.push({7});
  driver.run_batch();
  CHECK(sink->calls.all() == Calls{"begin 1/0#0", "write 1/0#0 7", "prepare 1/0#0",
                                   "abort 1/0#0 h1/0#0", "begin 1/0#1", "write 1/0#1 7",
                                   "prepare 1/0#1", "commit 1/0#1 h1/0#1"});
}

TEST_CASE("a failed batch is aborted in all partitions, and nothing of it is committed", "[sink]") {
  struct Case {
    const char* name;
    std::vector<std::pair<std::string, int>> faults;
    const char* log_fails_at;
    Calls aborts;  // where tasks run in order
  };
  const Case c = GENERATE(
      Case{"begin", {{"begin 1/1", 9}}, "", {"abort 1/1#0", "abort 1/0#0 h1/0#0", "abort 1/1#1"}},
      Case{"write", {{"write 1/1", 9}}, "", {"abort 1/1#0", "abort 1/0#0 h1/0#0", "abort 1/1#1"}},
      Case{"prepare",
           {{"prepare 1/1", 9}},
           "",
           {"abort 1/1#0", "abort 1/0#0 h1/0#0", "abort 1/1#1"}},
      Case{"the log's PREPARE", {}, "PREPARE 1", {"abort 1/0#0 h1/0#0", "abort 1/1#0 h1/1#0"}},
      Case{"killed between PREPARE and COMMIT",
           {},
           "COMMIT 1",
           {"abort 1/0#0 h1/0#0", "abort 1/1#0 h1/1#0"}});
  INFO(c.name);
  const Options options = either_runner();
  Job job(options, c.faults, {}, c.log_fails_at);
  testing::BatchDriver driver(job.ssc);
  job.queue->push({1, 2, 3});
  CHECK_THROWS(driver.run_batch());
  if (options.execution == Execution::inline_run) {
    CHECK(job.sink->calls.of("abort") == c.aborts);
  }
  const Calls calls = job.sink->calls.all();
  CHECK(targets(calls, "abort") == targets(calls, "begin"));
  CHECK(job.sink->calls.of("commit").empty());
  CHECK(job.sink->calls.of("PUBLISH").empty());
}

TEST_CASE("a batch that cannot be allocated reaches no sink", "[sink]") {
  Job job(either_runner(), {}, {}, "ALLOC 1");
  testing::BatchDriver driver(job.ssc);
  job.queue->push({1});
  CHECK_THROWS(driver.run_batch());
  CHECK(job.sink->calls.all() == Calls{"ALLOC 1"});
}

TEST_CASE("a commit that throws is repeated from where it stood", "[sink]") {
  Job job(either_runner(), {{"commit 1/1", 1}});
  testing::BatchDriver driver(job.ssc);
  job.queue->push({1, 2, 3, 4, 5});
  driver.run_batch();
  CHECK(job.sink->calls.of("commit") == Calls{"commit 1/0#0 h1/0#0", "commit 1/1#0 h1/1#0",
                                              "commit 1/1#0 h1/1#0", "commit 1/2#0 h1/2#0"});
  CHECK(job.sink->calls.of("abort").empty());
}

TEST_CASE("a commit that fails for good ends the context, and its writes stay prepared", "[sink]") {
  Job job(either_runner(), {{"commit 1/1", 9}}, {.name = "ledger"});
  testing::BatchDriver driver(job.ssc);
  job.queue->push({1, 2, 3});
  const Error error = error_of([&] { driver.run_batch(); });
  CHECK(error.code() == Errc::task_failed);
  CHECK(error.operation() == "ledger");
  CHECK(jobs::contains(error.what(), "its commit failed in all of 2 attempts: no commit 1/1"));
  CHECK(job.sink->calls.of("commit").size() == 3);
  CHECK(job.sink->calls.of("abort").empty());
  CHECK(job.sink->calls.of("COMMIT").size() == 1);
  CHECK(job.sink->calls.of("PUBLISH").empty());
}

TEST_CASE("what abort throws is counted and ignored", "[sink]") {
  Job job(either_runner(), {{"write", 1}, {"abort", 1}});
  testing::BatchDriver driver(job.ssc);
  job.queue->push({1});
  driver.run_batch();
  CHECK(job.sink->calls.of("commit") == Calls{"commit 1/0#1 h1/0#1"});
}

TEST_CASE("batches in flight are staged together and committed in time order", "[sink]") {
  Options options = jobs::on_executors(1, 2);
  options.max_batches_in_flight = 3;
  StreamingContext ssc(options);
  auto sink = std::make_shared<recording::Sink>();
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::counting_semaphore<> prepared(0);
  sink->fault = [&](const std::string& call) {
    if (call.rfind("prepare", 0) == 0) prepared.release();
  };
  jobs::Gate first;
  numbers
      .map([&](int x) {
        if (x == 1) first.pass();
        return x;
      })
      .write_to(sink);
  for (int i = 1; i <= 3; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  batches.make();
  first.await();
  batches.make();
  batches.make();
  prepared.acquire();
  prepared.acquire();
  CHECK(jobs::sorted(sink->calls.of("prepare")) == Calls{"prepare 2/0#0", "prepare 3/0#0"});
  CHECK(sink->calls.of("commit").empty());
  first.open();
  batches.drain();
  CHECK(sink->calls.of("commit") ==
        Calls{"commit 1/0#0 h1/0#0", "commit 2/0#0 h2/0#0", "commit 3/0#0 h3/0#0"});
}

TEST_CASE("batches behind one that fails are aborted, too", "[sink]") {
  Options options = jobs::on_executors(1, 2);
  options.max_batches_in_flight = 3;
  options.max_task_failures = 1;
  StreamingContext ssc(options);
  auto sink = std::make_shared<recording::Sink>();
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::counting_semaphore<> prepared(0);
  sink->fault = [&](const std::string& call) {
    if (call.rfind("prepare", 0) == 0) prepared.release();
  };
  jobs::Gate first;
  numbers
      .map([&](int x) {
        if (x == 1) {
          first.pass();
          throw std::runtime_error("one");
        }
        return x;
      })
      .write_to(sink);
  for (int i = 1; i <= 3; ++i) queue.push({i});
  jobs::Batches batches(ssc);
  batches.make();
  first.await();
  batches.make();
  batches.make();
  prepared.acquire();
  prepared.acquire();
  first.open();
  CHECK_THROWS_AS(ssc.await_termination(), Error);
  CHECK(sink->calls.of("commit").empty());
  CHECK(sink->calls.of("abort") ==
        Calls{"abort 1/0#0", "abort 2/0#0 h2/0#0", "abort 3/0#0 h3/0#0"});
}

TEST_CASE("stop in the middle of a batch", "[sink]") {
  const StopMode mode = GENERATE(StopMode::immediate, StopMode::graceful);
  StreamingContext ssc(jobs::on_executors(1, 1));
  auto sink = std::make_shared<recording::Sink>();
  auto [queue, numbers] = ssc.queue_stream<int>();
  jobs::Gate gate;
  numbers.map([&](int x) { return gate.pass(), x; }).write_to(sink);
  queue.push({1});
  jobs::Batches batches(ssc);
  batches.make();
  gate.await();
  std::thread stopper([&] { ssc.stop(mode); });
  if (mode == StopMode::immediate) {
    // Its first step refuses further batches, and fails the one that runs.
    while (!ssc.impl().scheduler().halted()) std::this_thread::yield();
  }
  gate.open();
  stopper.join();
  if (mode == StopMode::immediate) {
    CHECK(sink->calls.of("commit").empty());
    CHECK(sink->calls.of("abort") == Calls{"abort 1/0#0 h1/0#0"});
  } else {
    CHECK(sink->calls.of("commit") == Calls{"commit 1/0#0 h1/0#0"});
    CHECK(sink->calls.of("abort").empty());
  }
}

TEST_CASE("batches of a sink are committed and aborted on threads that execute no tasks",
          "[sink]") {
  Options options = jobs::on_executors(2, 2);
  options.max_task_failures = 1;  // a repeated task aborts its attempt before by itself
  options.max_batches_in_flight = GENERATE(1U, 3U);
  StreamingContext ssc(options);
  auto sink = std::make_shared<recording::Sink>();
  std::atomic<int> on_tasks{0};
  std::atomic<int> commits{0};
  sink->fault = [&](const std::string& call) {
    if (call.rfind("begin", 0) == 0 || call.rfind("write", 0) == 0) return;
    if (call.rfind("prepare", 0) == 0) return;
    ++commits;
    if (detail::Executor::current() != nullptr) ++on_tasks;
  };
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.map([](int x) { return x < 100 ? x : throw std::runtime_error("no"); }).write_to(sink);
  testing::BatchDriver driver(ssc);
  for (int i = 0; i < 20; ++i) {
    queue.push_blocks({{i}, {i}, {i}});
    driver.run_batch();
  }
  queue.push_blocks({{1}, {100}});
  CHECK_THROWS_AS(driver.run_batch(), Error);
  ssc.stop();
  CHECK(commits >= 60);
  CHECK(on_tasks == 0);
}

TEST_CASE("two outputs may share a sink: the key tells them apart", "[sink]") {
  StreamingContext ssc(either_runner());
  auto sink = std::make_shared<recording::Sink>();
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.write_to(sink, {.uid = "a"});
  CHECK(error_of([&] { numbers.write_to(std::shared_ptr<recording::Sink>()); }).code() ==
        Errc::invalid_argument);
  CHECK(error_of([&] { numbers.write_to(sink, {.partitions = 129}); }).code() ==
        Errc::invalid_argument);
  numbers.write_to(sink, {.uid = "a"});
  CHECK(error_of([&] { ssc.start(); }).code() == Errc::invalid_argument);
}
