#include <dstream/dstream.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "support/catch.h"
#include "support/jobs.h"
#include "support/journal.h"

namespace {

using dstream::PushResult;
using dstream::ReceiverPosition;
using dstream::ReceiverState;
using dstream::testing::BatchDriver;
using Entries = std::vector<std::string>;
using namespace std::chrono_literals;

std::string text_of(const ReceiverPosition& p) {
  return p.origin + " " + std::to_string(p.from) + ".." + std::to_string(p.until);
}

/// A receiver whose threads are the test's; notes what it is told.
template <class T>
class Probe : public dstream::Receiver<T> {
 public:
  explicit Probe(Journal& notes) : notes_(notes) {}

  void on_start() override {
    if (failing_starts > 0) {
      --failing_starts;
      notes_.note("failing start");
      throw std::runtime_error("no luck");
    }
    notes_.note("start");
  }
  void on_stop() override {
    notes_.note(this->is_stopped() ? "stop" : "stop while running");
    if (stop_throws) throw std::runtime_error("cannot stop");
  }
  void on_stored(const ReceiverPosition& position) override {
    notes_.note("stored " + text_of(position));
  }
  void on_committed(const ReceiverPosition& position) override {
    notes_.note("committed " + text_of(position));
    if (commit_throws) throw std::runtime_error("the origin is gone");
  }
  std::optional<std::uint32_t> preferred_executor() const override { return 3; }

  std::atomic<int> failing_starts{0};
  std::atomic<bool> stop_throws{false};
  std::atomic<bool> commit_throws{false};

 private:
  Journal& notes_;
};

class Events final : public dstream::StreamingListener {
 public:
  explicit Events(Journal& notes) : notes_(notes) {}
  void on_receiver_started(const dstream::ReceiverInfo& info) override { note("started", info); }
  void on_receiver_error(const dstream::ReceiverInfo& info) override {
    note("error", info);
    notes_.note(info.status.last_error);
  }
  void on_receiver_stopped(const dstream::ReceiverInfo& info) override { note("stopped", info); }

 private:
  void note(const char* event, const dstream::ReceiverInfo& info) {
    notes_.note("event " + std::string(event) + " " + std::to_string(info.stream_id));
  }
  Journal& notes_;
};

/// A context with one receiver; batches by hand.
template <class T>
struct Rig {
  explicit Rig(dstream::Options options) : ssc(std::move(options)) {
    ssc.add_listener(std::make_shared<Events>(notes));
    captured.emplace(dstream::testing::capture(ssc.receiver_stream(receiver)));
  }
  Rig() : Rig(jobs::by_hand(std::make_shared<jobs::Clock>())) {}
  void start() {
    ssc.start();
    notes.await("event started 0");
  }
  void run_batch() { BatchDriver(ssc).run_batch(); }
  dstream::ReceiverStatus status() const { return ssc.receivers().at(0).status; }
  jobs::Clock& clock() { return static_cast<jobs::Clock&>(*ssc.options().clock); }

  Journal notes;  // outlives the context
  std::shared_ptr<Probe<T>> receiver = std::make_shared<Probe<T>>(notes);
  dstream::StreamingContext ssc;
  std::optional<dstream::testing::Captured<T>> captured;
};

dstream::Options with(dstream::Tunables tunables) {
  dstream::Options options = jobs::by_hand();
  options.tunables = tunables;
  return options;
}

}  // namespace

TEST_CASE("a batch takes what a receiver has stored, in order") {
  Rig<std::string> rig;
  rig.start();
  CHECK(rig.receiver->is_started());
  CHECK_FALSE(rig.receiver->is_stopped());
  CHECK(rig.receiver->store("one") == PushResult::ok);
  CHECK(rig.receiver->store(std::string("two")) == PushResult::ok);
  CHECK(rig.receiver->store_block({"three", "four"}) == PushResult::ok);
  dstream::BlockBuilder<std::string> block;
  block.append("five");
  CHECK(rig.receiver->store_block(std::move(block)) == PushResult::ok);
  CHECK(rig.receiver->store_block(std::vector<std::string>{}) == PushResult::ok);
  CHECK(rig.receiver->store("six") == PushResult::ok);
  rig.run_batch();
  CHECK(rig.captured->last() == Entries{"one", "two", "three", "four", "five", "six"});
  CHECK(rig.status().records == 6);
  CHECK(rig.status().held_bytes == 0);
  rig.run_batch();
  CHECK(rig.captured->last().empty());
  CHECK(rig.ssc.receivers().at(0).preferred_executor == 3);
  CHECK(rig.ssc.receivers().at(0).name == "receiver_stream");
}

TEST_CASE("a receiver of views keeps the text itself") {
  Rig<std::string_view> rig;
  rig.start();
  {
    std::string text = "gone soon";
    rig.receiver->store(text);
    rig.receiver->store_block({text, "x"});
    text.assign(text.size(), '-');
  }
  rig.run_batch();
  CHECK(rig.captured->last() == Entries{"gone soon", "gone soon", "x"});
}

TEST_CASE("positions are shown in BatchInfo and come back when their batch is committed") {
  Rig<int> rig;
  rig.start();
  for (std::uint64_t i = 0; i < 5; ++i) {
    rig.receiver->store(static_cast<int>(i), {"orders", 100 + i, 101 + i});
  }
  rig.receiver->store_block({7, 8}, {"returns", 3, 5});
  rig.receiver->store_block({9}, {"token-77"});
  rig.notes.await("stored token-77 0..0");
  CHECK(rig.notes.count("committed orders 100..105") == 0);
  rig.run_batch();
  rig.notes.await("committed token-77 0..0");
  CHECK(rig.notes.entries() == Entries{"start", "event started 0", "stored orders 100..105",
                                       "stored returns 3..5", "stored token-77 0..0",
                                       "committed orders 100..105", "committed returns 3..5",
                                       "committed token-77 0..0"});
  const dstream::BatchInfo info = rig.captured->infos().at(0);
  CHECK(info.sources.at(0).description == "orders [100, 105), returns [3, 5), token-77");
  CHECK(info.sources.at(0).records == 8);
  rig.run_batch();
  CHECK(rig.captured->infos().at(1).sources.at(0).description.empty());
}

TEST_CASE("what a cut finishes is told as stored, too, and so is what the block interval ends") {
  Rig<int> rig;
  rig.start();
  rig.receiver->store(1, {"a", 0, 1});
  SECTION("cut") {
    rig.run_batch();
    rig.notes.await("stored a 0..1");
  }
  SECTION("block interval") {
    CHECK(rig.notes.count("stored a 0..1") == 0);
    rig.clock().advance(200ms);
    rig.receiver->store(2, {"a", 1, 2});
    rig.notes.await("stored a 0..2");
  }
}

TEST_CASE("a batch that fails does not come back as committed") {
  Journal notes;
  auto receiver = std::make_shared<Probe<int>>(notes);
  dstream::Options options = jobs::by_hand();
  options.max_task_failures = 1;
  dstream::StreamingContext ssc(options);
  ssc.receiver_stream(receiver).for_each([](int) { throw std::runtime_error("bad luck"); });
  ssc.start();
  notes.await("start");
  receiver->store(1, {"a", 0, 1});
  CHECK_THROWS_AS(BatchDriver(ssc).run_batch(), dstream::Error);
  notes.await("stored a 0..1");
  ssc.stop();
  CHECK(notes.entries() == Entries{"start", "stored a 0..1", "stop"});
}

TEST_CASE("restart is asynchronous: on_stop, the pause, on_start") {
  Rig<int> rig;
  rig.start();
  SECTION("after the tunable's pause") {
    rig.receiver->restart("lost the connection");
    CHECK(rig.receiver->is_stopped());
    rig.receiver->restart("again, for nothing");
    rig.notes.await("event stopped 0");
    rig.clock().await_waiters(1);
    rig.clock().advance(2s - 1ms);
    CHECK(rig.notes.count("start") == 1);
    CHECK(rig.receiver->store(1) == PushResult::ok);  // a thread that has not seen it yet
    CHECK(rig.status().state == ReceiverState::restarting);
    rig.clock().advance(1ms);
  }
  SECTION("after a pause of its own") {
    rig.receiver->restart("lost the connection", 10ms);
    rig.notes.await("event stopped 0");
    rig.clock().await_waiters(1);
    CHECK(rig.receiver->store(1) == PushResult::ok);
    rig.clock().advance(10ms);
  }
  rig.notes.await("event started 0", 2);
  CHECK(rig.receiver->is_started());
  CHECK(rig.notes.count("start") == 2);
  CHECK(rig.notes.count("stop") == 1);
  CHECK(rig.notes.count("lost the connection") == 1);
  CHECK(rig.notes.count("again, for nothing") == 0);
  CHECK(rig.status().connects == 2);
  CHECK(rig.status().last_error == "lost the connection");
  rig.run_batch();
  CHECK(rig.captured->last() == std::vector<int>{1});
  CHECK_THROWS_AS(rig.receiver->restart("", -1ms), dstream::Error);
}

TEST_CASE("on_start that throws is called again after a pause that doubles") {
  Rig<int> rig(with({.max_reconnect_delay = 3s, .receiver_restart_delay = 1s}));
  rig.receiver->failing_starts = 4;
  rig.ssc.start();
  int failures = 1;
  for (const auto pause : {1000ms, 2000ms, 3000ms, 3000ms}) {
    rig.notes.await("on_start failed: no luck", failures);
    rig.clock().await_waiters(1);
    CHECK(rig.status().state == ReceiverState::restarting);
    rig.clock().advance(pause - 1ms);
    CHECK(rig.notes.count("failing start") == failures);
    rig.clock().advance(1ms);
    ++failures;
  }
  rig.notes.await("event started 0");
  CHECK(rig.status().state == ReceiverState::started);
  CHECK(rig.status().failures == 4);
  CHECK(rig.status().last_error == "on_start failed: no luck");
  rig.ssc.stop();
  CHECK(rig.notes.count("stop") == 1);
}

TEST_CASE("a context may stop while a receiver cannot start") {
  Rig<int> rig;
  rig.receiver->failing_starts = 1000;
  rig.ssc.start();
  rig.notes.await("failing start");
  rig.ssc.stop();
  CHECK(rig.notes.count("stop") == 0);
  CHECK(rig.status().state == ReceiverState::stopped);
}

TEST_CASE("a receiver that stops itself leaves the context running") {
  Rig<int> rig;
  rig.start();
  rig.receiver->store(1);
  rig.receiver->stop("the origin has ended");
  CHECK(rig.receiver->is_stopped());
  rig.notes.await("event stopped 0");
  CHECK(rig.notes.count("stop") == 1);
  rig.receiver->restart("too late");
  rig.run_batch();
  CHECK(rig.captured->last() == std::vector<int>{1});
  CHECK(rig.status().state == ReceiverState::stopped);
  CHECK(rig.status().last_error == "the origin has ended");
  rig.ssc.stop();
  CHECK(rig.notes.count("stop") == 1);
}

TEST_CASE("errors are told; a flood of them is counted") {
  Rig<int> rig;
  rig.start();
  rig.receiver->report_error("a hiccup");
  rig.notes.await("a hiccup");
  CHECK(rig.receiver->is_started());
  for (int i = 0; i < 10'000; ++i) rig.receiver->report_error("flood");
  rig.ssc.stop();
  CHECK(rig.status().failures == 10'001);
}

TEST_CASE("stores wait for room, and give up when the receiver stops") {
  Rig<std::int64_t> rig(with({.receiver_capacity_bytes = 64}));
  rig.start();
  for (std::int64_t i = 0; i < 8; ++i) rig.receiver->store(i);
  Journal done;
  std::thread producer([&] {
    for (std::int64_t i = 8; i < 16; ++i) rig.receiver->store(i);
    done.note("room");
    if (rig.receiver->store(16) == PushResult::stopped) done.note("gave up");
    if (rig.receiver->store_block({17, 18}) == PushResult::stopped) done.note("block too");
  });
  CHECK(rig.status().held_bytes == 64);
  std::size_t taken = 0;
  while (done.count("room") == 0) {
    rig.run_batch();
    taken += rig.captured->last().size();
    rig.captured->clear();
  }
  CHECK(taken <= 16);
  rig.ssc.stop(dstream::StopMode::graceful);
  producer.join();
  taken += rig.captured->last().size();
  // The last ones were taken if there was room, and refused if not; none is lost.
  CHECK(taken == rig.status().records);
  CHECK(rig.status().records + rig.status().refused_records == 19);
}

TEST_CASE("a store that waits gives up for a restart") {
  Rig<std::int64_t> rig(with({.receiver_capacity_bytes = 1}));
  rig.start();
  rig.receiver->store(1);
  Journal done;
  std::thread producer(
      [&] { done.note(rig.receiver->store(2) == PushResult::stopped ? "stopped" : "stored"); });
  rig.receiver->restart("stuck");
  done.await("stopped");
  producer.join();
  CHECK(rig.status().refused_records == 1);
}

TEST_CASE("a larger bound lets a store go on") {
  Rig<std::int64_t> rig(with({.receiver_capacity_bytes = 1}));
  rig.start();
  rig.receiver->store(1);
  std::thread producer([&] { rig.receiver->store(2); });
  rig.ssc.set_tunables({.receiver_capacity_bytes = 1 << 20});
  producer.join();
  rig.run_batch();
  CHECK(rig.captured->last() == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("a receiver stores no more records in a second than it may") {
  const auto clock = std::make_shared<dstream::testing::ManualClock>();
  dstream::Options options = with({.receiver_max_rate = 10});
  options.clock = clock;
  Rig<int> rig(options);
  rig.start();
  Journal done;
  std::thread producer([&] {
    for (int i = 0; i < 3; ++i) {
      rig.receiver->store(i);
      done.note(std::to_string(i));
    }
    rig.receiver->store_block({3, 4, 5});
    done.note("block");
    rig.receiver->store(6);
    done.note("6");
  });
  const auto stored_after = [&](std::chrono::nanoseconds time, const char* what) {
    // Waits a first time before anything may follow.
    clock->await_waiters(1);
    const std::size_t before = done.entries().size();
    clock->advance(time - 1ns);
    CHECK(done.entries().size() == before);
    clock->advance(1ns);
    done.await(what);
  };
  done.await("0");
  stored_after(100ms, "1");
  stored_after(100ms, "2");
  stored_after(100ms, "block");
  stored_after(300ms, "6");
  producer.join();
  rig.run_batch();
  CHECK(rig.captured->last() == std::vector<int>{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("a store that waits for its rate gives up when the receiver stops") {
  const auto clock = std::make_shared<dstream::testing::ManualClock>();
  dstream::Options options = with({.receiver_max_rate = 1});
  options.clock = clock;
  Rig<int> rig(options);
  rig.start();
  rig.receiver->store(0);
  Journal done;
  std::thread producer([&] {
    rig.receiver->store(1);
    done.note("over");
  });
  clock->await_waiters(1);
  rig.ssc.stop(dstream::StopMode::immediate);
  done.await("over");
  producer.join();
}

TEST_CASE("a rate that cannot be is refused") {
  const std::int64_t rate = GENERATE(0, -1, INT64_MIN);
  const dstream::Error at_first =
      jobs::error_of([&] { dstream::StreamingContext ssc(with({.receiver_max_rate = rate})); });
  CHECK(at_first.code() == dstream::Errc::invalid_argument);
  CHECK(jobs::contains(
      at_first.what(),
      "receiver_max_rate must be at least 1 record per second, not " + std::to_string(rate)));
  dstream::StreamingContext ssc(jobs::by_hand());
  CHECK(jobs::code_of([&] { ssc.set_tunables({.receiver_max_rate = rate}); }) ==
        dstream::Errc::invalid_argument);
  CHECK(ssc.tunables().receiver_max_rate == dstream::kUnlimitedRate);
}

TEST_CASE("a graceful stop stops the receiver first, processes what it stored, and acknowledges") {
  const auto options = GENERATE(jobs::by_hand(), jobs::on_executors());
  Rig<int> rig(options);
  rig.start();
  rig.receiver->store(1, {"a", 0, 1});
  rig.receiver->store(2, {"a", 1, 2});
  rig.ssc.stop(dstream::StopMode::graceful);
  CHECK(rig.captured->last() == std::vector<int>{1, 2});
  const Entries notes = rig.notes.entries();
  const auto at = [&](const char* entry) {
    return std::find(notes.begin(), notes.end(), entry) - notes.begin();
  };
  CHECK(at("stop") < at("committed a 0..2"));
  CHECK(at("committed a 0..2") < std::ssize(notes));
}

TEST_CASE("threads of a receiver may store when the context is gone") {
  Journal notes;
  auto receiver = std::make_shared<Probe<int>>(notes);
  CHECK(receiver->store(0) == PushResult::closed);
  {
    dstream::StreamingContext ssc(jobs::by_hand());
    ssc.receiver_stream(receiver).count().print();
    ssc.start();
    notes.await("start");
  }
  CHECK(receiver->store(1) == PushResult::stopped);
  CHECK(receiver->store_block({1, 2}) == PushResult::stopped);
  receiver->report_error("nobody hears");
  receiver->restart("nobody does");
  receiver->stop("nobody cares");
  CHECK(receiver->is_stopped());
}

TEST_CASE("what on_stop and on_committed throw is an error of the receiver") {
  Rig<int> rig;
  rig.start();
  rig.receiver->commit_throws = true;
  rig.receiver->stop_throws = true;
  rig.receiver->store(1, {"a", 0, 1});
  rig.run_batch();
  rig.notes.await("an acknowledgement failed: the origin is gone");
  rig.ssc.stop();
  CHECK(rig.notes.count("on_stop failed: cannot stop") == 1);
  CHECK(rig.status().state == ReceiverState::stopped);
}

TEST_CASE("receivers in parallel are a union of streams") {
  Journal notes;
  auto first = std::make_shared<Probe<int>>(notes);
  auto second = std::make_shared<Probe<int>>(notes);
  dstream::StreamingContext ssc(jobs::on_executors());
  auto both = dstream::testing::capture(
      ssc.receiver_stream(first).union_with(ssc.receiver_stream<int>(second)));
  ssc.start();
  notes.await("start", 2);
  CHECK(first->stream_id() == 0);
  CHECK(second->stream_id() == 1);
  second->store(2);
  first->store(1);
  BatchDriver(ssc).run_batch();
  CHECK(both.last() == std::vector<int>{1, 2});
}

TEST_CASE("a receiver serves one stream") {
  Journal notes;
  auto receiver = std::make_shared<Probe<int>>(notes);
  dstream::StreamingContext ssc(jobs::by_hand());
  ssc.receiver_stream(receiver);
  CHECK(jobs::code_of([&] { ssc.receiver_stream(receiver); }) == dstream::Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.receiver_stream(std::shared_ptr<Probe<int>>()); }) ==
        dstream::Errc::invalid_argument);
}

TEST_CASE("a receiver may not stop its context from inside its callbacks") {
  class Presumptuous final : public dstream::Receiver<int> {
   public:
    Presumptuous(dstream::StreamingContext& ssc, Journal& notes) : ssc_(ssc), notes_(notes) {}
    void on_start() override {
      try {
        ssc_.stop();
      } catch (const dstream::Error& error) {
        notes_.note(error.code() == dstream::Errc::illegal_state ? "refused" : error.what());
      }
    }
    void on_stop() override {}

   private:
    dstream::StreamingContext& ssc_;
    Journal& notes_;
  };
  Journal notes;
  dstream::StreamingContext ssc(jobs::by_hand());
  ssc.receiver_stream(std::make_shared<Presumptuous>(ssc, notes)).count().print();
  ssc.start();
  notes.await("refused");
  ssc.stop();
  CHECK(ssc.state() == dstream::ContextState::stopped);
}

TEST_CASE("with the arrival trigger a store starts a batch") {
  dstream::Options options = jobs::on_executors();
  options.trigger = dstream::Trigger::arrival;
  options.clock = dstream::Clock::system();
  Journal notes;
  auto receiver = std::make_shared<Probe<int>>(notes);
  dstream::StreamingContext ssc(options);
  auto sums = ssc.receiver_stream(receiver).map([](int x) { return x * 2; }).to_channel();
  ssc.start();
  notes.await("start");
  receiver->store(21);
  CHECK(sums.pop()->records == std::vector<int>{42});
  receiver->store_block({1, 2});
  CHECK(sums.pop()->records == std::vector<int>{2, 4});
}

TEST_CASE("positions that nobody takes note of hold the stores back") {
  class Slow final : public dstream::Receiver<int> {
   public:
    void on_start() override {}
    void on_stop() override { gate.open(1 << 20); }
    void on_stored(const ReceiverPosition&) override { gate.pass(); }
    jobs::Gate gate;
  };
  auto receiver = std::make_shared<Slow>();
  dstream::StreamingContext ssc(jobs::by_hand());
  ssc.receiver_stream(receiver).count().print();
  ssc.start();
  std::atomic<std::uint64_t> stored{0};
  while (!receiver->is_started()) std::this_thread::yield();
  std::thread producer([&] {
    // Positions that do not touch: each stays one of its own.
    while (receiver->store_block({1}, {"a", stored * 10, stored * 10 + 1}) == PushResult::ok) {
      ++stored;
    }
  });
  receiver->gate.await();
  while (stored < 4096) std::this_thread::yield();
  CHECK(ssc.receivers()[0].status.held_bytes > 0);
  CHECK(stored <= 2 * 4096 + 1);
  receiver->stop("enough");
  producer.join();
  CHECK(stored <= 2 * 4096 + 1);
  receiver->gate.open(1 << 20);
}
