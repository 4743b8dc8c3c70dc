#include <dstream/inlet.h>

#include <algorithm>
#include <barrier>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "support/catch.h"
#include "support/source_probe.h"

namespace {

using dstream::InletOptions;
using dstream::PushResult;
using dstream::detail::BlockPtr;
using dstream::detail::make_inlet;
using source_probe::cut;
using source_probe::FakeHost;
using source_probe::read;
using source_probe::take;

struct Event {
  std::uint64_t thread;
  std::uint64_t number;
  std::uint64_t filling[2];
};
static_assert(sizeof(Event) == 32);

constexpr std::uint64_t kPerThread = 100'000;

/// Whether `records` holds the numbers 0 … count-1 of each thread, once and in order.
bool complete_and_in_order(const std::vector<Event>& records, std::size_t threads,
                           std::uint64_t count) {
  std::vector<std::uint64_t> next(threads, 0);
  for (const Event& event : records) {
    if (event.thread >= threads || event.number != next[event.thread]++) return false;
  }
  return std::all_of(next.begin(), next.end(), [count](auto n) { return n == count; });
}

void append(std::vector<Event>& to, const std::vector<BlockPtr>& blocks) {
  for (const auto& block : blocks) {
    for (const Event& event : read<Event>(*block)) to.push_back(event);
  }
}

}  // namespace

TEST_CASE("four producers: nothing is lost, doubled or reordered") {
  const std::size_t capacity = GENERATE(std::size_t{1} << 14, std::size_t{1} << 26);
  auto [inlet, source] = make_inlet<Event>({.capacity_bytes = capacity});
  FakeHost host;
  source->start(host);
  std::atomic<int> running{4};
  std::atomic<int> refused{0};
  std::vector<std::jthread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t, inlet = inlet]() mutable {
      for (std::uint64_t i = 0; i < kPerThread; ++i) {
        if (inlet.push(Event{t, i, {}}) != PushResult::ok) refused.fetch_add(1);
      }
      running.fetch_sub(1);
    });
  }
  std::vector<Event> seen;
  while (running.load() != 0) append(seen, cut(*source));
  threads.clear();
  append(seen, cut(*source));
  CHECK(refused == 0);
  CHECK(seen.size() == 4 * kPerThread);
  CHECK(complete_and_in_order(seen, 4, kPerThread));
  CHECK_FALSE(source->has_data());
}

TEST_CASE("a batch takes producers one after the other, in the order of their first push") {
  auto [inlet, source] = make_inlet<int>({});
  CHECK(inlet.push(1) == PushResult::ok);
  std::jthread([inlet = inlet]() mutable {
    inlet.push(10);
    inlet.push(11);
  }).join();
  CHECK(inlet.push(2) == PushResult::ok);
  CHECK(source->has_data());
  CHECK(take<int>(*source) == std::vector<int>{1, 2, 10, 11});
  CHECK(take<int>(*source).empty());
  inlet.push(3);
  CHECK(take<int>(*source) == std::vector<int>{3});
}

TEST_CASE("blocks are read in place, in parts and again") {
  auto [inlet, source] = make_inlet<int>({.capacity_bytes = 16 * 40, .block_records = 25});
  for (int i = 0; i < 60; ++i) REQUIRE(inlet.try_push(i) == PushResult::ok);
  const auto blocks = cut(*source);
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0]->size() == 20);
  CHECK(blocks[2]->size() == 20);
  CHECK(blocks[1]->bytes() >= 20 * sizeof(int));
  source_probe::Capture<int> part;
  blocks[1]->read(5, 15, part);
  blocks[1]->read(0, 2, part);
  CHECK(part.records == std::vector<int>{25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 20, 21});
}

TEST_CASE("text and other owned forms") {
  auto [inlet, source] = make_inlet<std::string_view>({});
  std::string text = "alpha";
  inlet.push(std::string_view(text));
  text = "omega";
  inlet.push(std::string_view(text));
  text = "#####";
  CHECK(take<std::string_view>(*source) == std::vector<std::string>{"alpha", "omega"});
}

TEST_CASE("try_push reports full, and a released block makes room") {
  auto [inlet, source] = make_inlet<Event>({.capacity_bytes = 32 * 32});
  std::uint64_t accepted = 0;
  while (inlet.try_push(Event{0, accepted, {}}) == PushResult::ok) ++accepted;
  CHECK(accepted >= 30);
  CHECK(accepted <= 32 + 2);
  CHECK(inlet.try_push(Event{}) == PushResult::full);
  auto blocks = cut(*source);
  CHECK(inlet.try_push(Event{}) == PushResult::full);
  blocks.clear();
  CHECK(inlet.try_push(Event{}) == PushResult::ok);
}

TEST_CASE("a record larger than the bound passes alone") {
  auto [inlet, source] = make_inlet<Event>({.capacity_bytes = 1});
  CHECK(inlet.try_push(Event{0, 0, {}}) == PushResult::ok);
  for (int i = 0; i < 5; ++i) {
    while (inlet.try_push(Event{}) == PushResult::ok) {
    }
    CHECK(take<Event>(*source).size() >= 1);
  }
}

TEST_CASE("memory behind records counts towards the bound") {
  auto [inlet, source] = make_inlet<std::string>({.capacity_bytes = 1 << 20});
  const std::string big(100'000, 'x');
  int accepted = 0;
  while (accepted < 100 && inlet.try_push(big) == PushResult::ok) ++accepted;
  CHECK(accepted >= 6);
  CHECK(accepted <= 8);
  CHECK(take<std::string>(*source).size() == static_cast<std::size_t>(accepted));
  CHECK(inlet.try_push(big) == PushResult::ok);
}

TEST_CASE("records are destroyed once, at the latest with the inlet") {
  const auto count = std::make_shared<int>(0);
  {
    auto [inlet, source] = make_inlet<std::shared_ptr<int>>({.capacity_bytes = 16 * 16 * 4});
    for (int i = 0; i < 50; ++i) inlet.push(count);
    CHECK(count.use_count() == 51);
    CHECK(cut(*source).size() == 1);
    for (int i = 0; i < 10; ++i) inlet.push(count);
    source.reset();
    CHECK(count.use_count() < 30);
  }
  CHECK(count.use_count() == 1);
}

namespace {

/// Pushes until the result is not ok and returns the result.
PushResult push_until_refused(dstream::Inlet<Event> inlet, std::atomic<int>& pushed,
                              std::stop_token stop = {}) {
  for (;;) {
    const PushResult result = inlet.push(Event{}, stop);
    if (result != PushResult::ok) return result;
    pushed.fetch_add(1);
    pushed.notify_all();
  }
}

/// A thread that has filled a small inlet and waits, or is about to.
struct BlockedPusher {
  explicit BlockedPusher(dstream::Inlet<Event> inlet)
      : thread([this, inlet](std::stop_token stop) {
          result = push_until_refused(inlet, pushed, std::move(stop));
        }) {
    for (int n = pushed.load(); n < 30; n = pushed.load()) pushed.wait(n);
  }
  std::atomic<int> pushed{0};
  PushResult result = PushResult::ok;
  std::jthread thread;
};

}  // namespace

TEST_CASE("a waiting push ends with close, stop, the stop token, or the source") {
  auto [inlet, source] = make_inlet<Event>({.capacity_bytes = 32 * 32});
  FakeHost host;
  source->start(host);
  BlockedPusher pusher(inlet);
  SECTION("close") {
    inlet.close();
    pusher.thread.join();
    CHECK(pusher.result == PushResult::closed);
    CHECK(inlet.push(Event{}) == PushResult::closed);
    CHECK(inlet.try_push(Event{}) == PushResult::closed);
  }
  SECTION("stop") {
    source->stop();
    pusher.thread.join();
    CHECK(pusher.result == PushResult::stopped);
    CHECK(inlet.push(Event{}) == PushResult::stopped);
  }
  SECTION("stop token") {
    pusher.thread.request_stop();
    pusher.thread.join();
    CHECK(pusher.result == PushResult::stopped);
  }
  SECTION("source destroyed") {
    const int accepted = [&] {
      source->stop();
      pusher.thread.join();
      return static_cast<int>(take<Event>(*source).size());
    }();
    source.reset();
    CHECK(accepted == pusher.pushed);
    CHECK(inlet.push(Event{}) == PushResult::closed);
    return;
  }
  CHECK(static_cast<int>(take<Event>(*source).size()) == pusher.pushed);
}

TEST_CASE("a waiting push goes on when a batch gives its blocks back") {
  auto [inlet, source] = make_inlet<Event>({.capacity_bytes = 32 * 32});
  BlockedPusher pusher(inlet);
  std::size_t taken = 0;
  while (taken < 1000) taken += take<Event>(*source).size();
  source->stop();
  pusher.thread.join();
  taken += take<Event>(*source).size();
  CHECK(taken == static_cast<std::size_t>(pusher.pushed));
}

TEST_CASE("everything accepted before or during stop is there afterwards") {
  for (int round = 0; round < 20; ++round) {
    auto [inlet, source] = make_inlet<Event>({});
    std::atomic<int> pushed{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&, inlet = inlet] { push_until_refused(inlet, pushed); });
    }
    for (int n = pushed.load(); n < 100; n = pushed.load()) pushed.wait(n);
    source->stop();
    const std::size_t found = take<Event>(*source).size();
    threads.clear();
    CHECK(found == static_cast<std::size_t>(pushed));
    CHECK(take<Event>(*source).empty());
  }
}

TEST_CASE("threads that end leave their records and give up their memory") {
  auto [inlet, source] = make_inlet<Event>({.capacity_bytes = 1 << 16});
  for (std::uint64_t i = 0; i < 1000; ++i) {
    PushResult result = PushResult::full;
    std::jthread([&, inlet = inlet]() mutable { result = inlet.try_push(Event{i, 0, {}}); }).join();
    if (result != PushResult::ok) {
      CHECK(result == PushResult::full);
      CHECK(i % 17 == 16);
      CHECK(take<Event>(*source).size() == 16);
    }
  }
  CHECK(source->has_data());
}

TEST_CASE("the inlet may go before its threads") {
  std::barrier gone(2);
  std::atomic<int> ok{0};
  std::jthread thread;
  {
    auto [first, source] = make_inlet<std::string>({});
    std::latch pushed(1);
    thread = std::jthread([&, inlet = std::make_unique<dstream::Inlet<std::string>>(first),
                           &pushed = pushed]() mutable {
      if (inlet->push("one") == PushResult::ok) ok.fetch_add(1);
      inlet.reset();
      pushed.count_down();
      gone.arrive_and_wait();
      auto [second, second_source] = make_inlet<std::string>({});
      if (second.push("two") == PushResult::ok) ok.fetch_add(1);
      if (take<std::string>(*second_source).size() == 1) ok.fetch_add(1);
    });
    pushed.wait();
    CHECK(take<std::string>(*source) == std::vector<std::string>{"one"});
  }
  gone.arrive_and_wait();
  thread.join();
  CHECK(ok == 3);
}

namespace {

/// Pushes when its thread ends.
struct LatePusher {
  ~LatePusher() {
    if (inlet) *result = inlet->push(1);
  }
  std::optional<dstream::Inlet<int>> inlet;
  PushResult* result = nullptr;
};

}  // namespace

TEST_CASE("a push from the end of a thread is refused or kept, never lost") {
  const bool used_before = GENERATE(false, true);
  auto [inlet, source] = make_inlet<int>({});
  PushResult result = PushResult::full;
  std::jthread([&, inlet = inlet]() mutable {
    // Of two thread_local objects the one made last goes first.
    if (used_before) inlet.push(0);
    thread_local LatePusher late;
    late.inlet = inlet;
    late.result = &result;
    if (!used_before) inlet.push(0);
  }).join();
  CHECK(result == (used_before ? PushResult::ok : PushResult::closed));
  CHECK(take<int>(*source).size() == (used_before ? 2u : 1u));
}

TEST_CASE("one thread and many inlets") {
  std::vector<dstream::Inlet<int>> inlets;
  std::vector<std::shared_ptr<dstream::detail::InputSource>> sources;
  for (int i = 0; i < 40; ++i) {
    auto [inlet, source] = make_inlet<int>({});
    inlets.push_back(inlet);
    sources.push_back(source);
  }
  for (int round = 0; round < 3; ++round) {
    for (auto& inlet : inlets) inlet.push(round);
  }
  for (auto& source : sources) CHECK(take<int>(*source) == std::vector<int>{0, 1, 2});
}

TEST_CASE("arrivals: one call for each time the source was armed") {
  auto [inlet, source] = make_inlet<int>({});
  FakeHost host(true);
  inlet.push(1);
  source->start(host);
  CHECK(source->arm_arrival());
  inlet.push(2);
  CHECK(host.arrivals == 0);
  CHECK(take<int>(*source).size() == 2);
  CHECK_FALSE(source->arm_arrival());
  CHECK(host.arrivals == 0);
  inlet.push(3);
  inlet.push(4);
  CHECK(host.arrivals == 1);
  CHECK(take<int>(*source).size() == 2);
  CHECK_FALSE(source->arm_arrival());
  source->stop();
  CHECK(inlet.push(5) == PushResult::stopped);
  CHECK(host.arrivals == 1);
}

TEST_CASE("arrivals: no record is left without a call") {
  auto [inlet, source] = make_inlet<int>({});
  FakeHost host(true);
  std::jthread producer([inlet = inlet]() mutable {
    for (int i = 0; i < 200'000; ++i) inlet.push(i);
  });
  source->start(host);
  std::size_t taken = 0;
  while (taken < 200'000) {
    const int before = host.arrivals.load();
    if (!source->arm_arrival()) host.arrivals.wait(before);
    taken += take<int>(*source).size();
  }
  CHECK(taken == 200'000);
}

TEST_CASE("options of an inlet are checked") {
  CHECK_THROWS_AS(make_inlet<int>({.capacity_bytes = 0}), dstream::Error);
  CHECK_THROWS_AS(make_inlet<int>({.block_records = 0}), dstream::Error);
}
