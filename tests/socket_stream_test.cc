#include <dstream/dstream.h>
#include <dstream/testing/manual_clock.h>

#include <atomic>
#include <chrono>
#include <string>

#include "receivers/socket_source.h"
#include "receivers/socket_text_source.h"
#include "support/catch.h"
#include "support/decoders.h"
#include "support/jobs.h"
#include "support/socket_rig.h"

namespace {

using dstream::BadRecords;
using dstream::detail::Interrupt;
using dstream::detail::Listener;
using dstream::detail::Socket;
using dstream::detail::SocketSource;
using dstream::detail::SocketTextSource;
using dstream::testing::ManualClock;
using sockets::Lines;
using namespace std::chrono_literals;

/// Holds a decoder up.
struct Gate {
  std::atomic<bool> entered{false};
  std::atomic<bool> open{false};
};

/// Lines; what begins with "wait" waits until it is let go.
struct SlowLines : decoders::Lines {
  explicit SlowLines(Gate& its_gate) : gate(&its_gate) {}

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    if (bytes.starts_with("wait")) {
      gate->entered = true;
      gate->entered.notify_all();
      gate->open.wait(false);
    }
    return decoders::Lines::decode(bytes, last, out);
  }

  Gate* gate;
};

/// A server that is run by hand and a source that connects to it.
struct Rig {
  template <class D>
  explicit Rig(D decoder, BadRecords bad_records = BadRecords::dead_letter,
               std::size_t max_pending_bytes = 1 << 20, dstream::Tunables tunables = {})
      : source(decoders::parts(decoder, bad_records, max_pending_bytes), "127.0.0.1",
               listener.port(), tunables, 200ms) {
    source.start(host);
  }
  Socket accept() { return std::move(*listener.accept(never)); }
  /// What has been handed on, once there are `count` of them.
  Lines letters(std::size_t count = 1) {
    Lines letters;
    sockets::await([&] {
      const std::lock_guard lock(host.letters_mutex);
      letters = host.letters;
      return letters.size() >= count;
    });
    return letters;
  }

  Interrupt never;
  Listener listener;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  source_probe::FakeHost host{true, clock};
  SocketSource source;
  sockets::Intake<std::string> intake{source, host};
};

}  // namespace

TEST_CASE("a decoder's records come from a socket however the bytes are cut", "[socket]") {
  Rig rig{decoders::Frames()};
  Socket server = rig.accept();
  const std::string frames(
      "\x03"
      "abc"
      "\x00"
      "\x01"
      "\0"
      "\x04"
      "\xff\xfe\n\r",
      12);
  SECTION("at once") { sockets::send(server, frames); }
  SECTION("byte by byte") {
    for (const char byte : frames) sockets::send(server, {&byte, 1});
  }
  CHECK(rig.intake.take(4) == Lines{"abc", "", std::string(1, '\0'), "\xff\xfe\n\r"});
  CHECK(rig.source.status().records == 4);
}

TEST_CASE("half a frame at the end of a stream is dropped and counted", "[socket]") {
  Rig rig{decoders::Frames()};
  Socket server = rig.accept();
  sockets::send(server,
                "\x02"
                "ok"
                "\x05"
                "ha");
  const bool reset = GENERATE(false, true);
  CHECK(rig.intake.take(1) == Lines{"ok"});
  if (reset) server.reset_on_close();
  server.close();
  rig.clock->await_waiters(1);
  CHECK(rig.source.status().dropped_unfinished == 1);
  CHECK(rig.letters() ==
        Lines{"test_stream: cut off: the connection or the stream ended in the middle of a record: "
              "\x05ha"});
  // The next connection begins anew.
  rig.clock->advance(100ms);
  server = rig.accept();
  sockets::send(server,
                "\x03"
                "new");
  CHECK(rig.intake.take(1) == Lines{"new"});
}

TEST_CASE("bad records are counted, and handed on where the policy says so", "[socket]") {
  const auto policy = GENERATE(BadRecords::drop, BadRecords::dead_letter);
  Rig rig(decoders::Lines(), policy);
  Socket server = rig.accept();
  sockets::send(server, "good\nbad\nbetter\n");
  CHECK(rig.intake.take(2) == Lines{"good", "better"});
  CHECK(rig.source.status().dropped_bad == 1);
  if (policy == BadRecords::dead_letter) {
    CHECK(rig.letters() == Lines{"test_stream: a bad line: bad"});
  }
  rig.source.stop();
  CHECK(rig.letters(0).size() == (policy == BadRecords::drop ? 0U : 1U));
}

TEST_CASE("a decoder that throws costs its connection, not the thread", "[socket]") {
  Rig rig{decoders::Lines()};
  Socket server = rig.accept();
  sockets::send(server, "kept\nboom\nlost\n");
  CHECK(rig.intake.take(1) == Lines{"kept"});
  rig.clock->await_waiters(1);
  const dstream::ReceiverStatus status = rig.source.status();
  CHECK(status.decoder_errors == 1);
  CHECK(status.decoder_error_bytes == 15);
  CHECK(status.records == 1);
  CHECK(status.last_error == "the decoder threw: cannot stand boom, after 1 record of 15 bytes");
  CHECK(rig.letters() == Lines{"test_stream: " + status.last_error + ": kept\nboom\nlost\n"});
  rig.clock->advance(100ms);
  server = rig.accept();
  sockets::send(server, "again\n");
  CHECK(rig.intake.take(1) == Lines{"again"});
  CHECK(rig.host.failures == 0);
}

TEST_CASE("with the policy fail a context stops with the decoder's own message", "[socket]") {
  Listener listener;
  const Interrupt never;
  const bool throws = GENERATE(false, true);
  dstream::Options options = jobs::on_executors();
  options.clock = dstream::Clock::system();
  dstream::StreamingContext ssc(options);
  ssc.socket_stream("127.0.0.1", listener.port(), decoders::Lines(),
                    {.bad_records = BadRecords::fail})
      .count()
      .print();
  ssc.start();
  Socket server = std::move(*listener.accept(never));
  sockets::send(server, throws ? "boom\n" : "bad\n");
  const dstream::Error error = jobs::error_of([&] { ssc.await_termination(); });
  CHECK(error.code() == dstream::Errc::corrupt_data);
  CHECK(error.what() == std::string(throws ? "socket_stream: the decoder threw: cannot stand boom, "
                                             "after 0 records of 5 bytes: \"boom.\""
                                           : "socket_stream: a bad line: \"bad\""));
  CHECK(ssc.receivers().at(0).status.state == dstream::ReceiverState::stopped);
}

TEST_CASE("a decoder that claims more than it was given is found out", "[socket]") {
  Rig rig{decoders::Greedy()};
  Socket server = rig.accept();
  sockets::send(server, "abc");
  rig.clock->await_waiters(1);
  CHECK(rig.source.status().decoder_errors == 1);
  CHECK(jobs::contains(rig.letters().at(0),
                       "says that it is done with 4 bytes, after 1 record of 3 bytes"));
}

TEST_CASE("a slow decoder holds no batch up", "[socket]") {
  Gate gate;
  Rig rig{SlowLines(gate)};
  Socket server = rig.accept();
  sockets::send(server, "before\n");
  rig.intake.await_data();
  sockets::send(server, "wait\n");
  gate.entered.wait(false);
  // None of these waits. What the decoder has the block of is left to the next batch.
  CHECK(rig.intake.rest().empty());
  CHECK_FALSE(rig.source.has_data());
  CHECK(rig.source.status().records == 1);
  CHECK(rig.source.status().held_bytes > 0);
  const int arrivals = rig.host.arrivals;
  CHECK_FALSE(rig.source.arm_arrival());
  gate.open = true;
  gate.open.notify_all();
  rig.host.arrivals.wait(arrivals);
  CHECK(rig.intake.rest() == Lines{"before", "wait"});
  CHECK(rig.source.status().records == 2);
}

TEST_CASE("a source takes no more records in a second than it may", "[socket]") {
  constexpr std::int64_t kRate = 100;
  Rig rig(decoders::Lines(), BadRecords::dead_letter, 1 << 20, {.receiver_max_rate = kRate});
  Socket server = rig.accept();
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += "0123456789abcdef\n";
  sockets::send(server, lines);
  std::int64_t taken = 0;
  std::chrono::nanoseconds passed{0};
  while (taken < 2000) {
    // It has read something, and what that is worth of time has not passed.
    rig.clock->await_waiters(1);
    const auto more = static_cast<std::int64_t>(rig.intake.rest().size());
    taken += more;
    CHECK(taken <= kRate * passed / 1s + 512);
    const auto worth = more * std::chrono::nanoseconds(1s) / kRate;
    rig.clock->advance(worth);
    passed += worth;
  }
  CHECK(taken == 2000);
  CHECK(passed == 20s);
}

TEST_CASE("a source that waits for its rate can be stopped, and let go by a higher one",
          "[socket]") {
  Rig rig(decoders::Lines(), BadRecords::dead_letter, 1 << 20, {.receiver_max_rate = 1});
  Socket server = rig.accept();
  sockets::send(server, "one\ntwo\n");
  CHECK(rig.intake.take(2) == Lines{"one", "two"});
  rig.clock->await_waiters(1);
  SECTION("stopped") {
    rig.source.stop();
    CHECK(rig.source.status().state == dstream::ReceiverState::stopped);
  }
  SECTION("a higher rate") {
    rig.source.set_tunables({.receiver_max_rate = dstream::kUnlimitedRate});
    sockets::send(server, "three\n");
    CHECK(rig.intake.take(1) == Lines{"three"});
  }
}

TEST_CASE("a decoder that waits for ever is bounded", "[socket]") {
  Rig rig(decoders::Deaf(), BadRecords::dead_letter, 1000);
  Socket server = rig.accept();
  SECTION("in one piece") { sockets::send(server, std::string(1001, 'x')); }
  SECTION("byte by byte") {
    for (int i = 0; i < 1001; ++i) sockets::send(server, "x");
  }
  rig.clock->await_waiters(1);
  CHECK(rig.source.status().decoder_errors == 1);
  CHECK(jobs::contains(rig.letters().at(0), "max_pending_bytes: " + std::string(256, 'x')));
}

TEST_CASE("a line without end is dropped, however slowly it comes", "[socket]") {
  const auto clock = std::make_shared<ManualClock>();
  Listener listener;
  const Interrupt never;
  source_probe::FakeHost host(true, clock);
  SocketTextSource source("127.0.0.1", listener.port(), {.max_line_bytes = 1000});
  sockets::Intake<std::string_view> intake(source, host);
  source.start(host);
  Socket server = std::move(*listener.accept(never));
  for (int i = 0; i < 5000; ++i) sockets::send(server, "x");
  // Counted before its end has come: it may never come.
  sockets::await([&] { return source.status().dropped_overlong == 1; });
  CHECK(source.status().held_bytes == 0);
  sockets::send(server, "x\nnext\n");
  CHECK(intake.take(1) == Lines{"next"});
  CHECK(source.status().dropped_overlong == 1);
}

TEST_CASE("a thousand connections that end at once are made again", "[socket]") {
  Rig rig(decoders::Lines(), BadRecords::drop, 1 << 20,
          {.reconnect_delay = 0ms, .max_reconnect_delay = 0ms});
  const bool reset = GENERATE(false, true);
  for (int i = 0; i < 1000; ++i) {
    Socket server = rig.accept();
    if (reset) server.reset_on_close();
  }
  Socket server = rig.accept();
  sockets::send(server, "at last\n");
  CHECK(rig.intake.take(1) == Lines{"at last"});
  // A reset may come so soon that the connection counts as one that was never made.
  if (!reset) CHECK(rig.source.status().connects == 1001);
  CHECK(rig.source.status().failures == 1000);
}

TEST_CASE("a host without address is looked up again after growing pauses", "[socket]") {
  const auto clock = std::make_shared<ManualClock>();
  source_probe::FakeHost host(false, clock);
  SocketSource source(decoders::parts(decoders::Lines()), "no-such-host.invalid", 9999, {}, 200ms);
  source.start(host);
  std::uint64_t failures = 1;
  for (const auto pause : {100ms, 200ms, 400ms}) {
    clock->await_waiters(1);
    CHECK(source.status().failures == failures);
    CHECK(jobs::contains(source.status().last_error, "cannot look up no-such-host.invalid"));
    clock->advance(pause - 1ms);
    CHECK(source.status().failures == failures);
    clock->advance(1ms);
    ++failures;
  }
  clock->await_waiters(1);
  CHECK(source.status().failures == failures);
}

TEST_CASE("a connection that never sends is waited for, and stop ends the wait", "[socket]") {
  Rig rig{decoders::Lines()};
  Socket server = rig.accept();
  rig.source.stop();
  CHECK_FALSE(rig.source.has_data());
  CHECK(rig.source.status().state == dstream::ReceiverState::stopped);
}

TEST_CASE("a socket stream needs a host and a port", "[socket]") {
  dstream::StreamingContext ssc(jobs::by_hand());
  CHECK(jobs::code_of([&] { ssc.socket_stream("", 1, decoders::Lines()); }) ==
        dstream::Errc::invalid_argument);
  CHECK(jobs::code_of([&] { ssc.socket_stream("localhost", 0, decoders::Lines()); }) ==
        dstream::Errc::invalid_argument);
}
