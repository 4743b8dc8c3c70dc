#include <dstream/error.h>
#include <dstream/testing/manual_clock.h>

#include <string>
#include <thread>

#include "base/socket.h"
#include "receivers/socket_text_source.h"
#include "support/catch.h"
#include "support/source_probe.h"

namespace {

using dstream::detail::Interrupt;
using dstream::detail::Listener;
using dstream::detail::Socket;
using dstream::detail::SocketTextSource;
using dstream::testing::ManualClock;
using source_probe::take;
using Lines = std::vector<std::string>;
using namespace std::chrono_literals;

/// A server that is run by hand and a source that connects to it.
struct Line {
  explicit Line(dstream::Tunables tunables = {})
      : host(true, clock), source("127.0.0.1", listener.port(), tunables) {
    source.start(host);
  }

  Socket accept() { return std::move(*listener.accept(never)); }
  void send(Socket& socket, std::string_view bytes) { REQUIRE(socket.send(bytes, never)); }

  /// The next `count` lines, however many cuts they take.
  Lines lines(std::size_t count) {
    Lines all;
    while (all.size() < count) {
      await_data();
      for (auto& line : take<std::string_view>(source)) all.push_back(std::move(line));
    }
    return all;
  }
  void await_data() {
    const int before = host.arrivals.load();
    if (!source.arm_arrival()) host.arrivals.wait(before);
  }

  Interrupt never;
  Listener listener;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  source_probe::FakeHost host;  // outlives the source, as a context does
  SocketTextSource source;
};

}  // namespace

TEST_CASE("lines come as they were sent, without their ends") {
  Line line;
  Socket server = line.accept();
  line.send(server, "alpha\nbeta\r\n\n\r\ngam");
  CHECK(line.lines(4) == Lines{"alpha", "beta", "", ""});
  line.send(server, "ma\nlast");
  CHECK(line.lines(1) == Lines{"gamma"});
  server.close();
  CHECK(line.lines(1) == Lines{"last"});
  CHECK(line.source.status().records == 6);
}

TEST_CASE("one byte at a time") {
  Line line;
  Socket server = line.accept();
  const std::string text = std::string("a\0b", 3) + "\r\nxyz\n\xff\xfe\n";
  for (const char byte : text) line.send(server, {&byte, 1});
  CHECK(line.lines(3) == Lines{std::string("a\0b", 3), "xyz", "\xff\xfe"});
}

TEST_CASE("overlong lines are dropped and counted") {
  Line line({.max_line_bytes = 10});
  Socket server = line.accept();
  line.send(server, "0123456789\n" + std::string(200'000, 'x') + "\n01234567890\nend\n");
  CHECK(line.lines(2) == Lines{"0123456789", "end"});
  CHECK(line.source.status().dropped_overlong == 2);
  line.source.stop();  // its thread has handed on all of them then
  const std::lock_guard lock(line.host.letters_mutex);
  const std::string why = "socket_text_stream: the line is longer than Tunables::max_line_bytes: ";
  CHECK(line.host.letters == Lines{why + std::string(11, 'x'), why + "01234567890"});
}

TEST_CASE("the source connects again when the server ends or breaks the stream") {
  Line line;
  const bool reset = GENERATE(false, true);
  for (int round = 1; round <= 3; ++round) {
    Socket server = line.accept();
    line.send(server, "one\nhalf");
    CHECK(line.lines(1) == Lines{"one"});
    if (reset) server.reset_on_close();
    server.close();
    line.clock->await_waiters(1);
    const auto status = line.source.status();
    CHECK_FALSE(status.connected);
    CHECK(status.connects == static_cast<std::uint64_t>(round));
    CHECK(status.failures == static_cast<std::uint64_t>(round));
    CHECK_FALSE(status.last_error.empty());
    CHECK(take<std::string_view>(line.source) == (reset ? Lines{} : Lines{"half"}));
    line.clock->advance(100ms);
  }
  Socket server = line.accept();
  line.send(server, "back\n");
  CHECK(line.lines(1) == Lines{"back"});
  CHECK(line.source.status().connected);
}

TEST_CASE("the pause between attempts doubles up to its limit") {
  const auto port = Listener().port();
  const auto clock = std::make_shared<ManualClock>();
  source_probe::FakeHost host(false, clock);
  SocketTextSource source("127.0.0.1", port,
                          {.reconnect_delay = 100ms, .max_reconnect_delay = 300ms});
  source.start(host);
  std::uint64_t failures = 1;
  for (const auto pause : {100ms, 200ms, 300ms, 300ms}) {
    clock->await_waiters(1);
    clock->advance(pause - 1ms);
    CHECK(source.status().failures == failures);
    clock->advance(1ms);
    clock->await_waiters(1);
    CHECK(source.status().failures == ++failures);
  }
  CHECK(source.status().connects == 0);
  CHECK_FALSE(source.has_data());
}

TEST_CASE("a source that holds its bound stops reading until blocks are given back") {
  constexpr std::size_t kCapacity = 256 << 10;
  constexpr std::size_t kLines = 200'000;
  Line line({.receiver_capacity_bytes = kCapacity});
  Socket server = line.accept();
  std::jthread sender([&] {
    std::string text;
    for (std::size_t i = 0; i < kLines; ++i) text += std::string(60, 'x') + "\n";
    static_cast<void>(server.send(text, line.never));
  });
  line.await_data();
  while (line.source.status().held_bytes < kCapacity) std::this_thread::yield();
  auto held = source_probe::cut(line.source);
  std::size_t lines = 0;
  for (const auto& block : held) lines += block->size();
  CHECK(line.source.status().held_bytes >= kCapacity);
  CHECK(line.source.status().held_bytes <= 2 * (kCapacity + (128 << 10)));
  held.clear();
  lines += line.lines(kLines - lines).size();
  CHECK(lines == kLines);
  CHECK(line.source.status().held_bytes == 0);
}

TEST_CASE("stop ends every wait at once and keeps what has come") {
  Line line({.receiver_capacity_bytes = 1});
  SECTION("waiting for bytes") {
    Socket server = line.accept();
    line.source.stop();
    CHECK_FALSE(line.source.has_data());
  }
  SECTION("waiting for room") {
    Socket server = line.accept();
    line.send(server, "kept\n");
    line.await_data();
    line.source.stop();
    CHECK(take<std::string_view>(line.source) == Lines{"kept"});
  }
  SECTION("pausing") {
    line.accept().close();
    line.clock->await_waiters(1);
    line.source.stop();
    CHECK(line.source.status().connects == 1);
  }
}

TEST_CASE("a larger bound lets a waiting source go on") {
  Line line({.receiver_capacity_bytes = 1});
  Socket server = line.accept();
  line.send(server, "first\n");
  line.await_data();
  const auto held = source_probe::cut(line.source);
  line.send(server, "second\n");
  CHECK_FALSE(line.source.has_data());
  line.source.set_tunables({.receiver_capacity_bytes = 1 << 20});
  CHECK(line.lines(1) == Lines{"second"});
  CHECK(line.source.receiver_status()->records == 2);
}

TEST_CASE("blocks may outlive their source") {
  std::vector<dstream::detail::BlockPtr> blocks;
  {
    Line line;
    Socket server = line.accept();
    line.send(server, "kept\n");
    line.await_data();
    blocks = source_probe::cut(line.source);
  }
  REQUIRE(blocks.size() == 1);
  CHECK(source_probe::read<std::string_view>(*blocks[0]) == Lines{"kept"});
}

TEST_CASE("an address that cannot be is refused at once") {
  using dstream::detail::make_socket_text_source;
  CHECK_THROWS_AS(make_socket_text_source("", 9999, {}), dstream::Error);
  CHECK_THROWS_AS(make_socket_text_source("localhost", 0, {}), dstream::Error);
}
