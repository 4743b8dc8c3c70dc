#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <dstream/listener.h>

#include "support/jobs.h"

using namespace dstream;
using namespace std::chrono_literals;
using jobs::code_of;
using jobs::contains;
using jobs::error_of;

TEST_CASE("a context goes from initialized to active to stopped", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  CHECK(ssc.state() == ContextState::initialized);
  ssc.start();
  CHECK(ssc.state() == ContextState::active);
  ssc.stop();
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("a second start does nothing", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  queue.push({1, 2});
  driver.run_batch();
  ssc.start();
  queue.push({3});
  driver.run_batch();
  CHECK(ssc.state() == ContextState::active);
  CHECK(out.size() == 2);
  CHECK(out.last() == std::vector<int>{3});
}

TEST_CASE("a stopped context cannot be started", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  ssc.start();
  ssc.stop();
  const Error error = error_of([&] { ssc.start(); });
  CHECK(error.code() == Errc::illegal_state);
  CHECK(contains(error.what(), "make a new one"));
}

TEST_CASE("a context may be stopped before it starts", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.print();
  ssc.stop();
  CHECK(ssc.state() == ContextState::stopped);
  CHECK(code_of([&] { ssc.start(); }) == Errc::illegal_state);
  ssc.await_termination();
}

TEST_CASE("a second stop does nothing", "[context]") {
  StreamingContext ssc(jobs::on_executors());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  ssc.start();
  ssc.stop(StopMode::graceful);
  ssc.stop(StopMode::immediate);
  ssc.stop(StopMode::graceful);
  CHECK(ssc.state() == ContextState::stopped);
}

TEST_CASE("start needs an output", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.map([](int x) { return x + 1; });
  const Error error = error_of([&] { ssc.start(); });
  CHECK(error.code() == Errc::no_output);
  CHECK(contains(error.what(), "print()"));
  CHECK(ssc.state() == ContextState::initialized);
}

TEST_CASE("the plan is closed once the context has started", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, stream] = ssc.queue_stream<int>();
  auto numbers = stream;
  auto out = testing::capture(numbers);
  ssc.start();
  const bool stopped = GENERATE(false, true);
  if (stopped) ssc.stop();
  const auto refused = [](auto&& call, const char* operation, unsigned line) {
    const Error error = error_of(call);
    CHECK(error.code() == Errc::illegal_state);
    CHECK(error.operation() == operation);
    CHECK(error.where().value().line() == line);
    CHECK(contains(error.where().value().file_name(), "context_test.cc"));
    CHECK(contains(error.what(), "before start()"));
  };
  refused([&] { ssc.queue_stream<int>(); }, "queue_stream", __LINE__);
  refused([&] { ssc.inlet<int>(); }, "inlet", __LINE__);
  refused([&] { numbers.map([](int x) { return x; }); }, "map", __LINE__);
  refused([&] { numbers.filter([](int) { return true; }); }, "filter", __LINE__);
  refused([&] { numbers.count(); }, "count", __LINE__);
  refused([&] { numbers.union_with(numbers); }, "union_with", __LINE__);
  refused([&] { numbers.key_by([](int x) { return x; }); }, "key_by", __LINE__);
  refused([&] { numbers.transform([](Rdd<int> r) { return r; }); }, "transform", __LINE__);
  refused([&] { numbers.print(); }, "print", __LINE__);
  refused([&] { numbers.for_each([](int) {}); }, "for_each", __LINE__);
  refused([&] { numbers.foreach_rdd([](Rdd<int>) {}); }, "foreach_rdd", __LINE__);
  refused([&] { numbers.to_channel(); }, "to_channel", __LINE__);
  refused([&] { numbers.latest(); }, "latest", __LINE__);
  refused([&] { numbers.named("n"); }, "named", __LINE__);
  refused([&] { numbers.uid("u"); }, "uid", __LINE__);
  CHECK(code_of([&] { ssc.add_listener(std::make_shared<StreamingListener>()); }) ==
        Errc::illegal_state);
}

TEST_CASE("an operator's uid may be given once", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.map([](int x) { return x; })
      .uid("same")
      .filter([](int) { return true; })
      .uid("same")
      .print();
  const Error error = error_of([&] { ssc.start(); });
  CHECK(error.code() == Errc::invalid_argument);
  CHECK(contains(error.what(), "\"same\" is given twice"));
}

TEST_CASE("streams of different contexts do not meet", "[context]") {
  StreamingContext one(jobs::by_hand());
  StreamingContext other(jobs::by_hand());
  auto [a, left] = one.queue_stream<int>();
  auto [b, right] = other.queue_stream<int>();
  const auto& l = left;
  const auto& r = right;
  CHECK(code_of([&] { l.union_with(r); }) == Errc::invalid_argument);
}

TEST_CASE("a batch driver wants a context that is driven by hand", "[context]") {
  StreamingContext ssc;
  CHECK(code_of([&] { testing::BatchDriver driver(ssc); }) == Errc::invalid_argument);
}

TEST_CASE("several contexts are active in one process", "[context]") {
  CHECK(StreamingContext::get_active() == nullptr);
  StreamingContext one(jobs::on_executors());
  auto [a, left] = one.queue_stream<int>();
  auto left_out = testing::capture(left);
  CHECK(StreamingContext::get_active() == nullptr);
  one.start();
  CHECK(StreamingContext::get_active() == &one);

  StreamingContext other(jobs::on_executors());
  auto [b, right] = other.queue_stream<int>();
  auto right_out = testing::capture(right);
  other.start();
  const Error error = error_of([] { StreamingContext::get_active(); });
  CHECK(error.code() == Errc::illegal_state);
  CHECK(contains(error.what(), "several contexts are active"));

  testing::BatchDriver drive_one(one);
  testing::BatchDriver drive_other(other);
  a.push({1});
  b.push({2});
  drive_one.run_batch();
  drive_other.run_batch();
  CHECK(left_out.last() == std::vector<int>{1});
  CHECK(right_out.last() == std::vector<int>{2});

  one.stop();
  CHECK(StreamingContext::get_active() == &other);
  b.push({3});
  drive_other.run_batch();
  CHECK(right_out.last() == std::vector<int>{3});
  other.stop();
  CHECK(StreamingContext::get_active() == nullptr);
}

TEST_CASE("the destructor stops and closes what the host holds", "[context]") {
  const bool inlined = GENERATE(false, true);
  auto ssc = std::make_unique<StreamingContext>(inlined ? jobs::by_hand() : jobs::on_executors());
  auto [inlet, pushed] = ssc->inlet<int>();
  auto [queue, queued] = ssc->queue_stream<int>();
  auto channel = pushed.union_with(queued).to_channel();
  auto latest = queued.latest();
  testing::BatchDriver driver(*ssc);
  REQUIRE(inlet.push(1) == PushResult::ok);
  driver.run_batch();
  REQUIRE(inlet.push(2) == PushResult::ok);
  ssc.reset();
  CHECK(inlet.push(3) != PushResult::ok);
  CHECK(inlet.try_push(3) != PushResult::ok);
  CHECK(queue.push({3}) != PushResult::ok);
  REQUIRE(channel.pop().has_value());
  CHECK_FALSE(channel.pop().has_value());
  CHECK(channel.closed());
  CHECK(latest.get() != nullptr);
}

TEST_CASE("a context that never started closes its inlets", "[context]") {
  auto ssc = std::make_unique<StreamingContext>(jobs::by_hand());
  auto [inlet, pushed] = ssc->inlet<int>();
  auto channel = pushed.to_channel();
  ssc->stop();
  CHECK(inlet.push(1) != PushResult::ok);
  CHECK_FALSE(channel.pop().has_value());
}

TEST_CASE("waiting for the end has a limit", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  testing::capture(numbers);
  ssc.start();
  CHECK_FALSE(ssc.await_termination_for(0s));
  ssc.stop();
  CHECK(ssc.await_termination_for(0s));
}

TEST_CASE("explain may be asked for while the context starts and runs", "[context]") {
  StreamingContext ssc(jobs::on_executors());
  auto [queue, numbers] = ssc.queue_stream<int>();
  testing::capture(numbers.count());
  std::atomic<bool> done{false};
  std::atomic<std::size_t> longest{0};
  std::thread watcher([&] {
    while (!done) {
      longest = std::max(longest.load(), ssc.explain().size());
      longest.notify_one();
    }
  });
  longest.wait(0);  // the watcher is at it before the context starts
  testing::BatchDriver driver(ssc);
  driver.run_batches(3);
  done = true;
  watcher.join();
  CHECK(longest > 0);
}
