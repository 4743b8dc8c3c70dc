#include <atomic>
#include <chrono>
#include <functional>
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
  numbers.map([](int x) { return x; }).uid("same").filter([](int) { return true; }).uid("same").print();
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

namespace {

const std::pair<std::function<void(Tunables&)>, std::string> kBadTunables[] = {
    {[](Tunables& t) { t.max_queued_batches = 0; }, "max_queued_batches must be at least 1"},
    {[](Tunables& t) { t.receiver_capacity_bytes = 0; }, "receiver_capacity_bytes must be at least 1"},
    {[](Tunables& t) { t.max_line_bytes = 0; }, "max_line_bytes must be at least 1"},
    {[](Tunables& t) { t.reconnect_delay = -1ms; }, "delays in tunables must not be negative"},
    {[](Tunables& t) { t.max_reconnect_delay = -1ms; }, "delays in tunables must not be negative"},
    {[](Tunables& t) { t.receiver_restart_delay = -1ms; }, "delays in tunables must not be negative"},
};

}  // namespace

TEST_CASE("options out of range are refused with what to do", "[context]") {
  const auto refused = [](const std::function<void(Options&)>& change, const std::string& message) {
    Options options;
    change(options);
    const Error error = error_of([&] { StreamingContext ssc(options); });
    CHECK(error.code() == Errc::invalid_argument);
    INFO(error.what());
    CHECK(contains(error.what(), message));
  };
  refused([](Options& o) { o.batch_interval = 999us; }, "batch_interval must be at least 1 ms");
  refused([](Options& o) { o.batch_interval = 0ms; }, "batch_interval must be at least 1 ms");
  refused([](Options& o) { o.batch_interval = -1s; }, "batch_interval must be at least 1 ms");
  refused([](Options& o) { o.trigger = Trigger::manual, o.batch_interval = 0s; }, "batch_interval");
  refused([](Options& o) { o.trigger = Trigger::arrival, o.batch_interval = 0s; },
          "batch_interval must be positive");
  refused([](Options& o) { o.trigger = Trigger::arrival, o.batch_interval = -1s; },
          "batch_interval must be positive");
  refused([](Options& o) { o.max_task_failures = 0; }, "max_task_failures must be at least 1");
  refused([](Options& o) { o.default_partitions = 0; }, "must be 1 to 128, not 0");
  refused([](Options& o) { o.default_partitions = 129; }, "must be 1 to 128, not 129");
  refused([](Options& o) { o.slice_records = 0; }, "slice_records must be at least 1");
  refused([](Options& o) { o.executors = 0; }, "executors must be 1 to 256");
  refused([](Options& o) { o.executors = 257; }, "executors must be 1 to 256");
  refused([](Options& o) { o.slots = 1025; }, "slots must be at most 1024");
  refused([](Options& o) { o.max_batches_in_flight = 0; }, "max_batches_in_flight must be 1 to 1024");
  refused([](Options& o) { o.max_batches_in_flight = 1025; }, "max_batches_in_flight must be 1 to");
  refused([](Options& o) { o.block_interval = 0ms; }, "block_interval must be positive");
  for (const auto& [change, message] : kBadTunables) {
    refused([&](Options& o) { change(o.tunables); }, message);
  }
}

TEST_CASE("tunables out of range are refused", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  for (const auto& [change, message] : kBadTunables) {
    Tunables tunables;
    tunables.max_queued_batches = 7;
    change(tunables);
    const Error error = error_of([&] { ssc.set_tunables(tunables); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(contains(error.what(), message));
  }
  CHECK(ssc.tunables().max_queued_batches == 64);
}

TEST_CASE("options are completed", "[context]") {
  Options options;
  options.batch_interval = 50ms;
  options.executors = 2;
  StreamingContext ssc(options);
  CHECK(ssc.options().block_interval == 50ms);
  CHECK(ssc.options().slots >= 1);
  CHECK(ssc.options().clock != nullptr);
  CHECK(ssc.options().batch_log != nullptr);
}

TEST_CASE("a batch driver wants a context that is driven by hand", "[context]") {
  StreamingContext ssc;
  CHECK(code_of([&] { testing::BatchDriver driver(ssc); }) == Errc::invalid_argument);
}

TEST_CASE("tunables can be read and replaced", "[context]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  Tunables tunables = ssc.tunables();
  CHECK(tunables.max_queued_batches == 64);
  tunables.max_queued_batches = 3;
  ssc.set_tunables(tunables);
  ssc.start();
  tunables.max_queued_batches = 5;
  ssc.set_tunables(tunables);
  CHECK(ssc.tunables().max_queued_batches == 5);
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

namespace {

/// What stop() and await_termination() answered inside a callback.
struct Calls {
  StreamingContext* ssc = nullptr;
  std::atomic<int> refused{0};
  std::atomic<int> allowed{0};

  void attempt() {
    try_call([this] { ssc->stop(); });
    try_call([this] { ssc->stop(StopMode::graceful); });
    try_call([this] { ssc->await_termination(); });
    try_call([this] { ssc->await_termination_for(1s); });
    ssc->start();  // does nothing, and does not hang
  }
  template <class F>
  void try_call(F&& call) {
    try {
      call();
      ++allowed;
    } catch (const Error& error) {
      if (error.code() == Errc::illegal_state) ++refused;
    }
  }
};

struct StoppingListener final : StreamingListener {
  explicit StoppingListener(Calls& c) : calls(c) {}
  void on_batch_completed(const BatchInfo&) override {
    calls.attempt();
    done.release();
  }
  Calls& calls;
  std::binary_semaphore done{0};
};

}  // namespace

TEST_CASE("a callback may not stop its own context", "[context]") {
  const bool inlined = GENERATE(false, true);
  StreamingContext ssc(inlined ? jobs::by_hand() : jobs::on_executors());
  Calls calls;
  calls.ssc = &ssc;
  auto [queue, numbers] = ssc.queue_stream<int>();
  const auto& stream = numbers;
  SECTION("operator") {
    testing::capture(stream.map([&](int x) { return calls.attempt(), x; }));
  }
  SECTION("for_each") {
    stream.for_each([&](int) { calls.attempt(); });
  }
  SECTION("parallel for_each") {
    stream.for_each([&](int) { calls.attempt(); }, {.parallel = true});
  }
  SECTION("foreach_rdd") {
    stream.foreach_rdd([&](Rdd<int>) { calls.attempt(); });
  }
  SECTION("transform") {
    testing::capture(stream.transform([&](Rdd<int> rdd) { return calls.attempt(), rdd; }));
  }
  SECTION("generator") {
    testing::capture(ssc.generator_stream([&](Time) { return calls.attempt(), std::vector<int>{1}; }));
  }
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  CHECK(calls.allowed == 0);
  CHECK(calls.refused == 4);
  CHECK(ssc.state() == ContextState::active);
}

TEST_CASE("a listener may not stop its own context", "[context]") {
  StreamingContext ssc(jobs::on_executors());
  Calls calls;
  calls.ssc = &ssc;
  auto listener = std::make_shared<StoppingListener>(calls);
  ssc.add_listener(listener);
  auto [queue, numbers] = ssc.queue_stream<int>();
  testing::capture(numbers);
  testing::BatchDriver driver(ssc);
  driver.run_batch();
  listener->done.acquire();
  CHECK(calls.allowed == 0);
  CHECK(calls.refused == 4);
}

TEST_CASE("a callback may run and stop another context", "[context]") {
  StreamingContext outer(jobs::on_executors());
  auto [queue, numbers] = outer.queue_stream<int>();
  auto out = testing::capture(numbers.map([](int x) {
    StreamingContext inner(jobs::by_hand());
    auto [in, stream] = inner.queue_stream<int>();
    auto doubled = testing::capture(stream.map([](int y) { return 2 * y; }));
    testing::BatchDriver driver(inner);
    in.push({x});
    driver.run_batch();
    inner.stop();
    return doubled.last().front();
  }));
  testing::BatchDriver driver(outer);
  queue.push({1, 2});
  driver.run_batch();
  CHECK(out.last() == std::vector<int>{2, 4});
}

TEST_CASE("a context may be dropped by its own callback", "[context]") {
  auto ssc = std::make_shared<std::unique_ptr<StreamingContext>>(
      std::make_unique<StreamingContext>(jobs::on_executors()));
  auto [queue, numbers] = (*ssc)->queue_stream<int>();
  auto channel = numbers.to_channel();
  numbers.for_each([ssc](int) { ssc->reset(); });
  (*ssc)->start();
  queue.push({1});
  (*ssc)->impl().generator().run_until(Time(1'000'000'000));
  while (channel.pop().has_value()) {
  }
  CHECK(channel.closed());  // by a stop in the background
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
