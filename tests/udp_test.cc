#include <dstream/dstream.h>
#include <dstream/testing/manual_clock.h>

#include <string>

#include "receivers/udp_source.h"
#include "support/catch.h"
#include "support/decoders.h"
#include "support/jobs.h"
#include "support/socket_rig.h"

namespace {

using dstream::BadRecords;
using dstream::detail::DatagramSocket;
using dstream::detail::UdpSource;
using sockets::Lines;
using namespace std::chrono_literals;

struct Rig {
  template <class D>
  explicit Rig(D decoder, dstream::Tunables tunables = {})
      : source(decoders::parts(decoder), 0, "127.0.0.1", tunables, 200ms) {
    source.start(host);
  }
  void send(std::string_view bytes) { sender.send_to(source.status().port, bytes); }

  DatagramSocket sender;
  source_probe::FakeHost host{true};
  UdpSource source;
  sockets::Intake<std::string> intake{source, host};
};

}  // namespace

TEST_CASE("each datagram is decoded by itself", "[udp]") {
  Rig rig{decoders::Lines()};
  rig.send("one\ntwo\nhal");
  rig.send("f\n");
  rig.send("");
  rig.send(std::string("a\0\xff", 3));
  CHECK(rig.intake.take(5) == Lines{"one", "two", "hal", "f", std::string("a\0\xff", 3)});
}

TEST_CASE("what a decoder leaves of a datagram is bad", "[udp]") {
  Rig rig{decoders::Frames()};
  rig.send(
      "\x02"
      "ok"
      "\x05"
      "ha");
  rig.send(
      "\x02"
      "ok");
  CHECK(rig.intake.take(2) == Lines{"ok", "ok"});
  CHECK(rig.source.status().dropped_bad == 1);
  rig.source.stop();
  const std::lock_guard lock(rig.host.letters_mutex);
  CHECK(rig.host.letters ==
        Lines{"test_stream: the datagram goes on behind its last record: \x05ha"});
}

TEST_CASE("a decoder that throws costs its datagram", "[udp]") {
  Rig rig{decoders::Lines()};
  rig.send("boom");
  rig.send("next");
  CHECK(rig.intake.take(1) == Lines{"next"});
  CHECK(rig.source.status().decoder_errors == 1);
}

TEST_CASE("datagrams that the kernel drops are counted", "[udp]") {
  constexpr std::uint64_t kSent = 20'000;
  Rig rig(decoders::Lines(), {.receiver_capacity_bytes = 1});
  rig.send("first");
  rig.intake.await_data();
  // The source is full: nobody reads while these come.
  for (std::uint64_t i = 0; i < kSent; ++i) rig.send(std::string(1000, 'x'));
  std::uint64_t taken = 0;
  // The count comes with the datagrams that are taken afterwards.
  sockets::await([&] {
    taken += rig.intake.rest().size();
    if (rig.source.status().dropped_datagrams == 0) rig.send("probe");
    return rig.source.status().dropped_datagrams != 0;
  });
  CHECK(rig.source.status().dropped_datagrams < kSent);
}

TEST_CASE("stop ends the wait for a datagram", "[udp]") {
  Rig rig{decoders::Lines()};
  rig.source.stop();
  CHECK(rig.source.status().state == dstream::ReceiverState::stopped);
}
