#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/listener.h>

#include "support/captured_stdout.h"
#include "support/jobs.h"
#include "support/recording_sink.h"

using namespace dstream;
using jobs::error_of;
using recording::Faults;

namespace {

Options either_runner() {
  Options options = GENERATE(false, true) ? jobs::by_hand() : jobs::on_executors(1, 2);
  options.slice_records = 2;
  options.max_task_failures = 3;
  return options;
}

constexpr OutputOptions kSkip{.name = {}, .on_failure = OutputFailure::skip};

/// Printing it fails for 13.
struct Fussy {
  int value = 0;
};
void format_append(std::string& out, const Fussy& fussy) {
  if (fussy.value == 13) throw std::runtime_error("thirteen");
  out += std::to_string(fussy.value);
}

void check_13(int x) {
  if (x == 13) throw std::runtime_error("thirteen");
}

/// Each kind of output, failing for batches with a 13 in them.
struct Kind {
  const char* operation;
  void (*add)(const DStream<int>&, OutputOptions);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"print", [](const DStream<int>& s,
                   OutputOptions o) { s.map([](int x) { return Fussy{x}; }).print(5, o); }},
      {"for_each",
       [](const DStream<int>& s, OutputOptions o) {
         s.for_each(&check_13, {.name = o.name, .on_failure = o.on_failure});
       }},
      {"for_each",
       [](const DStream<int>& s, OutputOptions o) {
         s.for_each(&check_13, {.parallel = true, .name = o.name, .on_failure = o.on_failure});
       }},
      {"foreach_rdd",
       [](const DStream<int>& s, OutputOptions o) {
         s.foreach_rdd(
             [](Rdd<int> rdd) {
               for (int x : rdd.collect()) check_13(x);
             },
             o);
       }},
      {"write_to",
       [](const DStream<int>& s, OutputOptions o) {
         auto sink = std::make_shared<recording::Sink>();
         sink->fault = [](const std::string& call) {
           if (call.rfind("write", 0) == 0 && call.ends_with(" 13"))
             throw std::runtime_error("thirteen");
         };
         s.write_to(sink, {.name = o.name, .on_failure = o.on_failure});
       }},
      {"save_as_text_files",
       [](const DStream<int>& s, OutputOptions o) {
         s.save_as_text_files("/dev/null/not-a-directory/x", "",
                              {.name = o.name, .on_failure = o.on_failure, .skip_empty = true});
       }},
  };
  return all;
}

struct Recorder final : StreamingListener {
  void on_output_operation_completed(const OutputOperationInfo& info) override {
    std::lock_guard lock(mutex);
    if (!info.failure_reason.empty()) reasons.push_back(info.failure_reason);
  }
  void on_batch_completed(const BatchInfo& info) override {
    std::lock_guard lock(mutex);
    skipped.push_back(info.skipped_outputs);
  }
  std::mutex mutex;
  std::vector<std::string> reasons;
  std::vector<std::uint32_t> skipped;
};

}  // namespace

TEST_CASE("an output that fails ends the context unless told otherwise", "[policy]") {
  const Kind kind = GENERATE(from_range(kinds()));
  INFO(kind.operation);
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  kind.add(numbers, {.name = "mine"});
  testing::BatchDriver driver(ssc);
  jobs::CapturedStdout out;
  queue.push({1, 2, 13});
  const Error error = error_of([&] { driver.run_batch(); });
  CHECK(error.operation() == "mine");
  CHECK(jobs::contains(error.what(), "all of its 3 attempts"));
}

TEST_CASE("an output that may be left out stops nothing else", "[policy]") {
  const Kind kind = GENERATE(from_range(kinds()));
  INFO(kind.operation);
  const bool files = std::string(kind.operation) == "save_as_text_files";  // every batch fails
  StreamingContext ssc(either_runner());
  auto recorder = std::make_shared<Recorder>();
  ssc.add_listener(recorder);
  auto [queue, numbers] = ssc.queue_stream<int>();
  kind.add(numbers, {.name = "mine", .on_failure = OutputFailure::skip});
  std::atomic<int> seen{0};
  numbers.for_each([&seen](int) { ++seen; });
  auto captured = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  {
    jobs::CapturedStdout out;
    queue.push({1, 2, 13});
    queue.push({4});
    driver.run_batches(3);
  }
  CHECK(captured.size() == 3);
  CHECK(captured.infos()[0].skipped_outputs == 1);
  CHECK(captured.infos()[1].skipped_outputs == (files ? 1 : 0));
  CHECK(captured.infos()[2].skipped_outputs == 0);
  CHECK(ssc.skipped_outputs() == (files ? 2 : 1));
  CHECK(seen >= 4);  // repeated tasks count again
  ssc.stop();
  REQUIRE(recorder->reasons.size() == (files ? 2 : 1));
  CHECK(jobs::contains(recorder->reasons[0], "mine"));
  CHECK(jobs::contains(recorder->reasons[0], files ? "/dev/null" : "thirteen"));
  CHECK(jobs::contains(recorder->reasons[0], "3 attempts"));
  CHECK(recorder->skipped == std::vector<std::uint32_t>{1, files ? 1U : 0U, 0});
}

TEST_CASE("a sink whose output is left out is aborted in all partitions", "[policy]") {
  StreamingContext ssc(either_runner());
  auto sink = std::make_shared<recording::Sink>();
  sink->fault = Faults({{"prepare 1/1", 9}});
  auto other = std::make_shared<recording::Sink>();
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.write_to(sink, {.on_failure = OutputFailure::skip});
  numbers.write_to(other);
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3, 4, 5, 6});
  queue.push({7});
  driver.run_batches(2);
  CHECK(sink->calls.of("commit 1").empty());
  CHECK(sink->calls.of("commit 2").size() == 1);
  // Every write that was begun is aborted; partition 1 three times, once per attempt.
  CHECK(sink->calls.of("abort 1").size() == sink->calls.of("begin 1").size());
  CHECK(sink->calls.of("abort 1/1").size() == 3);
  // The other sink in the same tasks was staged as often, and committed once.
  CHECK(other->calls.of("begin 1/1").size() == 3);
  CHECK(other->calls.of("commit 1").size() == 3);
  CHECK(ssc.skipped_outputs() == 1);
}

TEST_CASE("a commit that fails for good is left out: what is not committed is aborted",
          "[policy]") {
  StreamingContext ssc(either_runner());
  auto sink = std::make_shared<recording::Sink>();
  sink->fault = Faults({{"commit 1/1", 3}});
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.write_to(sink, {.name = "s", .on_failure = OutputFailure::skip});
  auto captured = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3, 4, 5});
  queue.push({6});
  driver.run_batches(2);
  CHECK(sink->calls.of("commit 1/0").size() == 1);
  CHECK(sink->calls.of("commit 1/1").size() == 3);
  CHECK(sink->calls.of("commit 1/2").empty());
  CHECK(sink->calls.of("abort") ==
        std::vector<std::string>{"abort 1/1#0 h1/1#0", "abort 1/2#0 h1/2#0"});
  CHECK(sink->calls.of("commit 2").size() == 1);
  CHECK(captured.infos()[0].skipped_outputs == 1);
  CHECK(captured.infos()[1].skipped_outputs == 0);
}

TEST_CASE("a commit that fails for good stops the context after the other outputs had theirs",
          "[policy]") {
  StreamingContext ssc(either_runner());
  auto sink = std::make_shared<recording::Sink>();
  sink->fault = Faults({{"commit 1", 3}});
  auto behind = std::make_shared<recording::Sink>();
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.write_to(sink);
  numbers.write_to(behind);
  auto captured = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1});
  CHECK_THROWS_AS(driver.run_batch(), Error);
  CHECK(behind->calls.of("commit 1").size() == 1);
  CHECK(captured.size() == 1);
}

TEST_CASE("an operator that fails ends the context whatever its outputs allow", "[policy]") {
  StreamingContext ssc(either_runner());
  auto sink = std::make_shared<recording::Sink>();
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto bad = numbers.map([](int x) { return check_13(x), x; });
  bad.for_each([](int) {}, {.on_failure = OutputFailure::skip});
  bad.foreach_rdd([](const Rdd<int>&) {}, kSkip);
  bad.write_to(sink, {.on_failure = OutputFailure::skip});
  testing::BatchDriver driver(ssc);
  queue.push({13});
  CHECK(error_of([&] { driver.run_batch(); }).operation() == "map");
  CHECK(ssc.skipped_outputs() == 0);
}

TEST_CASE("only the output that fails is left out of a stage that many share", "[policy]") {
  StreamingContext ssc(either_runner());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::vector<std::shared_ptr<recording::Sink>> sinks;
  for (int i = 0; i < 4; ++i) {
    sinks.push_back(std::make_shared<recording::Sink>());
    numbers.write_to(sinks.back(), {.on_failure = OutputFailure::skip});
  }
  sinks[1]->fault = Faults({{"write 1", 99}});
  sinks[3]->fault = Faults({{"begin 2", 99}});
  auto counts = testing::capture(numbers.count());
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3});
  queue.push({4, 5, 6});
  driver.run_batches(2);
  const auto committed = [&](std::size_t sink, const char* batch) {
    return sinks[sink]->calls.of(std::string("commit ") + batch).size();
  };
  for (const std::size_t good : {0U, 2U}) {
    CHECK(committed(good, "1/") == 2);
    CHECK(committed(good, "2/") == 2);
  }
  CHECK(committed(1, "1/") == 0);
  CHECK(committed(1, "2/") == 2);
  CHECK(committed(3, "1/") == 2);
  CHECK(committed(3, "2/") == 0);
  CHECK(counts.last() == std::vector<std::int64_t>{3});
  CHECK(ssc.skipped_outputs() == 2);
}
