#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/jobs.h"

using namespace dstream;
using namespace std::chrono_literals;
using jobs::code_of;
using jobs::contains;
using jobs::error_of;

namespace {

/// A job whose map throws on one record.
struct FailingJob {
  explicit FailingJob(const Options& options) : ssc(options) {
    auto [in, numbers] = ssc.queue_stream<int>();
    queue = std::make_unique<QueueInput<int>>(in);
    line = __LINE__ + 1;
    auto mapped = numbers.map([this](int x) {
      if (x != 13) return x;
      ++attempts;
      throw std::out_of_range("thirteen");
    });
    channel = std::make_unique<Channel<int>>(mapped.to_channel());
  }
  StreamingContext ssc;
  std::unique_ptr<QueueInput<int>> queue;
  std::unique_ptr<Channel<int>> channel;
  std::atomic<int> attempts{0};
  unsigned line = 0;
};

std::string nested_message(const std::exception& error) {
  try {
    std::rethrow_if_nested(error);
  } catch (const std::out_of_range& nested) {
    return nested.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a task that fails in every attempt ends its context", "[context]") {
  const bool inlined = GENERATE(false, true);
  Options options = inlined ? jobs::by_hand() : jobs::on_executors();
  options.slice_records = 10;
  FailingJob job(options);
  StreamingContext bystander(jobs::on_executors());
  auto [other_queue, other] = bystander.queue_stream<int>();
  auto other_out = testing::capture(other);
  testing::BatchDriver other_driver(bystander);
  other_driver.run_batch();

  testing::BatchDriver driver(job.ssc);
  job.queue->push({1, 2});
  driver.run_batch();
  job.queue->push(jobs::numbers(0, 30));  // 13 is in slice 1
  bool thrown = false;
  try {
    driver.run_batch();
  } catch (const Error& error) {
    thrown = true;
    CHECK(error.code() == Errc::task_failed);
    CHECK(error.operation() == "map");
    CHECK(error.where().value().line() == job.line);
    CHECK(contains(error.where().value().file_name(), "task_failure_test.cc"));
    CHECK(error.batch_time() == Time(2'000'000'000));
    CHECK(error.slice() == 1U);
    CHECK(contains(error.what(), "all of its 4 attempts: thirteen"));
    CHECK(nested_message(error) == "thirteen");
  }
  CHECK(thrown);
  CHECK(job.attempts == 4);
  CHECK(job.ssc.state() == ContextState::stopped);
  CHECK(job.queue->push({1}) != PushResult::ok);
  CHECK(code_of([&] { job.ssc.await_termination(); }) == Errc::task_failed);
  CHECK(job.channel->pop().value().records == std::vector<int>{1, 2});
  CHECK_FALSE(job.channel->pop().has_value());

  other_queue.push({5});
  other_driver.run_batch();
  CHECK(other_out.last() == std::vector<int>{5});
}

TEST_CASE("a failed context closes its ends though nobody awaits it", "[context]") {
  FailingJob job(jobs::on_executors());
  job.ssc.start();
  job.queue->push({13});
  job.ssc.impl().generator().run_until(Time(1'000'000'000));
  CHECK_FALSE(job.channel->pop().has_value());
  CHECK(job.channel->closed());
  CHECK(job.ssc.state() == ContextState::stopped);
  CHECK(job.queue->push({1}) != PushResult::ok);
  CHECK(code_of([&] { job.ssc.await_termination_for(0s); }) == Errc::task_failed);
}

TEST_CASE("the number of attempts is an option", "[context]") {
  Options options = jobs::by_hand();
  options.max_task_failures = 1;
  FailingJob job(options);
  testing::BatchDriver driver(job.ssc);
  job.queue->push({13});
  CHECK(code_of([&] { driver.run_batch(); }) == Errc::task_failed);
  CHECK(job.attempts == 1);
}

TEST_CASE("a task that fails now and then is repeated", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  int calls = 0;
  auto out = testing::capture(numbers.map([&calls](int x) {
    if (++calls % 4 != 0) throw std::runtime_error("not yet");
    return x;
  }));
  testing::BatchDriver driver(ssc);
  queue.push({7});
  driver.run_batch();
  CHECK(out.last() == std::vector<int>{7});
  CHECK(out.infos().back().failed_attempts == 3);
}

TEST_CASE("what is thrown need not be a std::exception", "[context]") {
  StreamingContext ssc(jobs::on_executors());
  auto [queue, numbers] = ssc.queue_stream<int>();
  testing::capture(numbers.map([](int x) { return x == 0 ? throw 42 : x; }).named("seven"));
  testing::BatchDriver driver(ssc);
  queue.push({0});
  const Error error = error_of([&] { driver.run_batch(); });
  CHECK(error.code() == Errc::task_failed);
  CHECK(error.operation() == "seven");
  CHECK(contains(error.what(), "not a std::exception"));
}

TEST_CASE("an output that throws names itself", "[context]") {
  StreamingContext ssc(jobs::on_executors());
  auto [queue, numbers] = ssc.queue_stream<int>();
  std::string operation;
  SECTION("for_each") {
    operation = "for_each";
    numbers.for_each([](int) { throw std::runtime_error("no"); });
  }
  SECTION("foreach_rdd") {
    operation = "foreach_rdd";
    numbers.foreach_rdd([](Rdd<int>) { throw std::runtime_error("no"); });
  }
  SECTION("reduce") {
    operation = "reduce";
    testing::capture(numbers.reduce([](int, int) -> int { throw std::runtime_error("no"); }));
  }
  SECTION("combining") {
    operation = "reduce";
    testing::capture(numbers.key_by([](int) { return 1; }).reduce([](int, int) -> int {
      throw std::runtime_error("no");
    }));
  }
  testing::BatchDriver driver(ssc);
  queue.push({1, 2});
  const Error error = error_of([&] { driver.run_batch(); });
  CHECK(error.code() == Errc::task_failed);
  CHECK(error.operation() == operation);
}
