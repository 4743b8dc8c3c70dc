#include <dstream/dstream.h>

#include <unistd.h>

#include <optional>
#include <string>
#include <thread>

#include "base/descriptor.h"
#include "receivers/stdin_text_source.h"
#include "support/catch.h"
#include "support/socket_rig.h"

namespace {

using dstream::detail::BorrowedInput;
using dstream::detail::Descriptor;
using dstream::detail::StdinTextSource;
using sockets::Lines;

/// A source that reads the end of a pipe.
struct Rig {
  explicit Rig(dstream::Tunables tunables = {}) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    read_end = Descriptor(ends[0]);
    write_end = Descriptor(ends[1]);
    source.emplace(BorrowedInput(read_end.get()), tunables);
    intake.emplace(*source, host);
    source->start(host);
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::write(write_end.get(), bytes.data(), bytes.size());
      if (count < 0) throw std::runtime_error("cannot write");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  Descriptor read_end;
  Descriptor write_end;
  source_probe::FakeHost host{true};
  std::optional<StdinTextSource> source;
  std::optional<sockets::Intake<std::string_view>> intake;
};

}  // namespace

TEST_CASE("lines of standard input come until it ends, the last one without its end", "[stdin]") {
  Rig rig;
  rig.write("one\r\ntw");
  CHECK(rig.intake->take(1) == Lines{"one"});
  rig.write(std::string("o\n\0\xff\n", 5));
  CHECK(rig.intake->take(2) == Lines{"two", std::string("\0\xff", 2)});
  CHECK_FALSE(rig.source->exhausted());
  rig.write("last");
  rig.write_end.close();
  CHECK(rig.intake->take(1) == Lines{"last"});
  sockets::await([&] { return rig.source->exhausted(); });
  sockets::await([&] { return !rig.source->status().connected; });
  CHECK(rig.source->status().records == 4);
}

TEST_CASE("an input that has ended is exhausted only when its data are taken", "[stdin]") {
  Rig rig;
  rig.write("x\n");
  rig.write_end.close();
  sockets::await([&] {
    const dstream::ReceiverStatus status = rig.source->status();
    return status.connects == 1 && !status.connected;
  });
  CHECK_FALSE(rig.source->exhausted());
  CHECK(rig.intake->rest() == Lines{"x"});
  CHECK(rig.source->exhausted());
}

TEST_CASE("overlong lines of standard input are dropped", "[stdin]") {
  Rig rig({.max_line_bytes = 4});
  rig.write("12345\n1234\n");
  CHECK(rig.intake->take(1) == Lines{"1234"});
  CHECK(rig.source->status().dropped_overlong == 1);
}

TEST_CASE("a source of standard input that holds its bound stops reading", "[stdin]") {
  Rig rig({.receiver_capacity_bytes = 4096});
  constexpr std::size_t kLines = 20'000;
  std::thread writer([&] {
    for (std::size_t i = 0; i < kLines; ++i) rig.write("a line of some length\n");
    rig.write_end.close();
  });
  sockets::await([&] { return rig.source->status().held_bytes >= 4096; });
  CHECK(rig.source->status().held_bytes <= 6 * 4096);
  CHECK(rig.intake->take(kLines).size() == kLines);
  writer.join();
}

TEST_CASE("stop ends the wait for standard input and leaves its descriptor alone", "[stdin]") {
  Rig rig;
  rig.source->stop();
  rig.write("still open");
  char buffer[16];
  CHECK(::read(rig.read_end.get(), buffer, sizeof(buffer)) == 10);
}
