#pragma once

#include <dstream/options.h>
#include <dstream/testing/manual_clock.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/socket.h"
#include "support/catch.h"
#include "support/source_probe.h"

/// Sources of sockets and those at the other end, run by hand.
namespace sockets {

using Lines = std::vector<std::string>;

/// What a source has received, cut by cut, as the records come in. `Record` is the source's.
template <class Record>
class Intake {
 public:
  Intake(dstream::detail::InputSource& source, source_probe::FakeHost& host)
      : source_(source), host_(host) {}

  /// The next `count` records, however many cuts they take.
  Lines take(std::size_t count) {
    Lines all;
    while (all.size() < count) {
      await_data();
      for (auto& record : source_probe::take<Record>(source_)) all.push_back(std::move(record));
    }
    return all;
  }
  void await_data() {
    const int before = host_.arrivals.load();
    if (!source_.arm_arrival()) host_.arrivals.wait(before);
  }
  Lines rest() { return source_probe::take<Record>(source_); }

 private:
  dstream::detail::InputSource& source_;
  source_probe::FakeHost& host_;
};

/// Waits for another thread to bring something about.
template <class Condition>
void await(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

inline void send(dstream::detail::Socket& socket, std::string_view bytes) {
  const dstream::detail::Interrupt never;
  REQUIRE(socket.send(bytes, never));
}

inline dstream::detail::Socket connect(std::uint16_t port) {
  const dstream::detail::Interrupt never;
  return std::move(*dstream::detail::Socket::connect("127.0.0.1", port, never));
}

}  // namespace sockets
