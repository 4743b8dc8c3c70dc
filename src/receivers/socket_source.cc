#include "receivers/socket_source.h"

#include <algorithm>
#include <utility>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

SocketSource::SocketSource(ByteSourceParts parts, std::string host, std::uint16_t port,
                           const Tunables& tunables, Duration block_interval)
    : ByteReceiver(std::move(parts), tunables, block_interval),
      host_name_(std::move(host)),
      port_(port) {}

SocketSource::~SocketSource() { stop(); }

void SocketSource::receive() {
  Duration delay = tunables().reconnect_delay;
  while (!stopping()) {
    const Outcome outcome = use_connection();
    if (stopping()) return;
    const Tunables now = tunables();
    if (outcome.received) delay = now.reconnect_delay;
    note_failure(outcome.error);
    if (!pause(delay)) return;
    delay = std::min(delay * 2, std::max(now.reconnect_delay, now.max_reconnect_delay));
  }
}

SocketSource::Outcome SocketSource::use_connection() {
  Outcome outcome;
  try {
    std::optional<Socket> socket = Socket::connect(host_name_, port_, interrupt());
    if (!socket) return outcome;
    note_connected();
    read(*socket, outcome);
  } catch (const Error& error) {
    if (error.code() != Errc::io) throw;
    outcome.error = error.what();
  }
  return outcome;
}

void SocketSource::read(Socket& socket, Outcome& outcome) {
  Feed feed(*this);
  try {
    while (await_room()) {
      const std::optional<std::size_t> count = socket.read(feed.room(), interrupt());
      if (!count) break;
      if (*count == 0) {
        outcome.error = "the server has ended the stream";
        return feed.finish();
      }
      outcome.received = true;
      if (!feed.received(*count)) {
        outcome.error = status().last_error;
        return;
      }
    }
  } catch (const Error& error) {
    if (error.code() == Errc::io) feed.break_off();
    throw;
  }
  feed.break_off();
}

std::shared_ptr<InputSource> make_socket_source(ByteSourceParts parts, std::string host,
                                                std::uint16_t port, const Options& options) {
  if (host.empty() || port == 0) {
    throw Error(Errc::invalid_argument, std::string(parts.operation) +
                                            " needs a host and a port from 1 to 65535, but has \"" +
                                            host + "\" and " + std::to_string(port));
  }
  return std::make_shared<SocketSource>(std::move(parts), std::move(host), port, options.tunables,
                                        options.block_interval);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
