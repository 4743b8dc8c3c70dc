#include <dstream/dstream.h>
#include <dstream/testing/manual_clock.h>

#include <optional>
#include <string>
#include <vector>

#include "receivers/socket_server_source.h"
#include "support/catch.h"
#include "support/decoders.h"
#include "support/jobs.h"
#include "support/socket_rig.h"

namespace {

using dstream::BadRecords;
using dstream::detail::Interrupt;
using dstream::detail::Listener;
using dstream::detail::Socket;
using dstream::detail::SocketServerSource;
using dstream::testing::ManualClock;
using sockets::Lines;
using namespace std::chrono_literals;

/// A source that listens; its clients are run by hand.
struct Rig {
  template <class D>
  explicit Rig(D decoder, const dstream::SocketServerOptions& options = {},
               dstream::Tunables tunables = {})
      : source(decoders::parts(decoder, options.bad_records, options.max_pending_bytes), 0, options,
               tunables, 200ms) {
    source.start(host);
  }
  Socket connect() { return sockets::connect(source.status().port); }
  dstream::ReceiverStatus status() const { return source.status(); }
  void await_clients(std::uint32_t count) {
    sockets::await([&] { return status().clients == count; });
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  source_probe::FakeHost host{true, clock};
  SocketServerSource source;
  sockets::Intake<std::string> intake{source, host};
};

}  // namespace

TEST_CASE("each client of a listening source has a decoder of its own", "[socket]") {
  Rig rig{decoders::Frames()};
  Socket first = rig.connect();
  Socket second = rig.connect();
  sockets::send(first,
                "\x06"
                "fir");
  sockets::send(second,
                "\x06"
                "sec");
  sockets::send(first, "st1");
  CHECK(rig.intake.take(1) == Lines{"first1"});
  sockets::send(second,
                "ond"
                "\x01"
                "x");
  CHECK(rig.intake.take(2) == Lines{"second", "x"});
  CHECK(rig.status().connects == 2);
  CHECK(rig.status().clients == 2);
}

TEST_CASE("a port that is taken is an error of start() that names it", "[socket]") {
  const Listener taken;
  dstream::StreamingContext ssc(jobs::by_hand());
  const bool udp = GENERATE(false, true);
  std::optional<dstream::detail::DatagramSocket> taken_datagrams;
  std::uint16_t port = taken.port();
  if (udp) {
    taken_datagrams.emplace();
    port = taken_datagrams->port();
    ssc.udp_stream(port, decoders::Lines()).count().print();
  } else {
    ssc.socket_server_stream(port, decoders::Lines()).count().print();
  }
  const dstream::Error error = jobs::error_of([&] { ssc.start(); });
  CHECK(error.code() == dstream::Errc::io);
  CHECK(error.what() ==
        "cannot listen on 127.0.0.1, port " + std::to_string(port) + ": Address already in use");
}

TEST_CASE("a thousand clients that close at once or in half a record do no harm", "[socket]") {
  Rig rig(decoders::Frames(), {.bad_records = BadRecords::drop});
  const int kind = GENERATE(0, 1, 2);
  for (int i = 0; i < 1000; ++i) {
    Socket client = rig.connect();
    if (kind != 0)
      sockets::send(client,
                    "\x05"
                    "ha");
    if (kind == 2) client.reset_on_close();
  }
  Socket client = rig.connect();
  sockets::send(client,
                "\x05"
                "whole");
  CHECK(rig.intake.take(1) == Lines{"whole"});
  rig.await_clients(1);
  sockets::await([&] { return rig.status().connects == 1001; });
  if (kind == 0) CHECK(rig.status().dropped_unfinished == 0);
  // A reset may overtake the bytes before it.
  if (kind == 1) CHECK(rig.status().dropped_unfinished == 1000);
  if (kind == 2) CHECK(rig.status().failures == 1000);
  CHECK(rig.status().records == 1);
}

TEST_CASE("clients beyond the bound are refused and counted", "[socket]") {
  Rig rig(decoders::Lines(), {.max_clients = 2});
  Socket first = rig.connect();
  std::optional<Socket> second = rig.connect();
  rig.await_clients(2);
  const Interrupt never;
  for (int i = 0; i < 10; ++i) {
    Socket refused = rig.connect();
    char byte;
    CHECK(refused.read({&byte, 1}, never) == 0U);
  }
  CHECK(rig.status().refused_clients == 10);
  CHECK(rig.status().clients == 2);
  second.reset();
  rig.await_clients(1);
  Socket third = rig.connect();
  sockets::send(third, "welcome\n");
  CHECK(rig.intake.take(1) == Lines{"welcome"});
}

TEST_CASE("a client that sends nothing is disconnected after the idle timeout", "[socket]") {
  Rig rig(decoders::Lines(), {.idle_timeout = 10s});
  Socket idle = rig.connect();
  sockets::send(idle, "half a li");
  Socket busy = rig.connect();
  rig.await_clients(2);
  sockets::send(busy, "one\n");
  CHECK(rig.intake.take(1) == Lines{"one"});
  rig.clock->advance(9s);
  sockets::send(busy, "two\n");
  CHECK(rig.intake.take(1) == Lines{"two"});
  CHECK(rig.status().idle_clients == 0);
  rig.clock->advance(5s);
  sockets::send(busy, "three\n");
  CHECK(rig.intake.take(1) == Lines{"three"});
  rig.await_clients(1);
  CHECK(rig.status().idle_clients == 1);
  CHECK(rig.status().dropped_unfinished == 1);
}

TEST_CASE("without an idle timeout a silent client stays and holds nobody up", "[socket]") {
  Rig rig{decoders::Lines()};
  Socket silent = rig.connect();
  rig.await_clients(1);
  rig.clock->advance(24h);
  Socket client = rig.connect();
  sockets::send(client, "hello\n");
  CHECK(rig.intake.take(1) == Lines{"hello"});
  CHECK(rig.status().clients == 2);
  rig.source.stop();
  CHECK(rig.status().clients == 0);
}

TEST_CASE("a decoder that fails costs its client only", "[socket]") {
  Rig rig{decoders::Lines()};
  Socket good = rig.connect();
  Socket bad = rig.connect();
  sockets::send(bad, "boom\n");
  rig.await_clients(1);
  sockets::send(good, "fine\n");
  CHECK(rig.intake.take(1) == Lines{"fine"});
  CHECK(rig.status().decoder_errors == 1);
}

TEST_CASE("the unfinished records of all clients together are bounded", "[socket]") {
  Rig rig(decoders::Deaf(), {.bad_records = BadRecords::drop},
          {.receiver_capacity_bytes = 100'000});
  std::vector<Socket> clients;
  // The third one is the largest when the bound is passed.
  for (const std::size_t bytes : {20'000, 20'000, 50'000, 20'000}) {
    clients.push_back(rig.connect());
    sockets::send(clients.back(), std::string(bytes, 'x'));
  }
  sockets::await([&] { return rig.status().dropped_unfinished == 1; });
  rig.await_clients(3);
  CHECK(jobs::contains(rig.status().last_error, "receiver_capacity_bytes"));
}

TEST_CASE("a listening source that holds its bound stops reading", "[socket]") {
  constexpr std::size_t kCapacity = 64 << 10;
  constexpr std::size_t kRecords = 40'000;
  Rig rig(decoders::Lines(), {}, {.receiver_capacity_bytes = kCapacity});
  std::thread sender([&] {
    Socket client = rig.connect();
    std::string text;
    for (std::size_t i = 0; i < kRecords; ++i) text += std::string(60, 'x') + "\n";
    const Interrupt never;
    static_cast<void>(client.send(text, never));
  });
  sockets::await([&] { return rig.status().held_bytes >= kCapacity; });
  // One read beyond the bound, and what its records need more than their bytes.
  CHECK(rig.status().held_bytes <= 8 * kCapacity);
  CHECK(rig.intake.take(kRecords).size() == kRecords);
  sender.join();
  CHECK(rig.status().held_bytes == 0);
}

TEST_CASE("settings of a listening source are checked", "[socket]") {
  dstream::StreamingContext ssc(jobs::by_hand());
  CHECK(jobs::code_of([&] {
          ssc.socket_server_stream(0, decoders::Lines(), {.max_clients = 0});
        }) == dstream::Errc::invalid_argument);
  CHECK(jobs::code_of([&] {
          ssc.socket_server_stream(0, decoders::Lines(), {.idle_timeout = -1s});
        }) == dstream::Errc::invalid_argument);
  ssc.socket_server_stream(0, decoders::Lines(), {.address = "no address"}).count().print();
  CHECK(jobs::code_of([&] { ssc.start(); }) == dstream::Errc::io);
}

TEST_CASE("a listening stream in a context: the port is told, a graceful stop loses nothing",
          "[socket]") {
  dstream::StreamingContext ssc(jobs::on_executors());
  auto lines = dstream::testing::capture(ssc.socket_server_stream(0, decoders::Lines()));
  ssc.start();
  Socket client = sockets::connect(ssc.receivers().at(0).status.port);
  sockets::send(client, "one\ntwo\n");
  sockets::await([&] { return ssc.receivers().at(0).status.records == 2; });
  ssc.stop(dstream::StopMode::graceful);
  CHECK(lines.last() == Lines{"one", "two"});
}
