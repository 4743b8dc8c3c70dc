#include <atomic>
#include <chrono>
#include <memory>
#include <semaphore>
#include <vector>

#include <dstream/listener.h>

#include "support/jobs.h"

using namespace dstream;
using namespace std::chrono_literals;

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

TEST_CASE("a callback may not stop its own context", "[callback]") {
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
    testing::capture(
        ssc.generator_stream([&](Time) { return calls.attempt(), std::vector<int>{1}; }));
  }
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  CHECK(calls.allowed == 0);
  CHECK(calls.refused == 4);
  CHECK(ssc.state() == ContextState::active);
}

TEST_CASE("a listener may not stop its own context", "[callback]") {
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

TEST_CASE("a callback may run and stop another context", "[callback]") {
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

TEST_CASE("a context may be dropped by its own callback", "[callback]") {
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
