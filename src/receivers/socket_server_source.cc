#include "receivers/socket_server_source.h"

#include <algorithm>
#include <utility>

#include "dstream/clock.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::uint64_t kListener = 0;
/// Looks for idle clients in one idle timeout.
constexpr int kIdleChecks = 4;

}  // namespace

SocketServerSource::SocketServerSource(ByteSourceParts parts, std::uint16_t port,
                                       const SocketServerOptions& server, const Tunables& tunables,
                                       Duration block_interval)
    : ByteReceiver(std::move(parts), tunables, block_interval), port_(port), server_(server) {}

SocketServerSource::~SocketServerSource() { stop(); }

void SocketServerSource::open() {
  listener_.emplace(port_, server_.address);
  change_status([this](ReceiverStatus& status) { status.port = listener_->port(); });
}

void SocketServerSource::receive() {
  Poller poller(interrupt());
  poller.add(listener_->fd(), kListener);
  note_listening();
  serve(poller);
  for (auto& [number, client] : clients_) client.feed.break_off();
  clients_.clear();
  listener_.reset();
}

void SocketServerSource::serve(Poller& poller) {
  const Duration idle_check =
      server_.idle_timeout > Duration(0) ? server_.idle_timeout / kIdleChecks : Duration(-1);
  while (await_room()) {
    const auto ready = poller.wait(clients_.empty() ? Duration(-1) : idle_check);
    if (!ready) return;
    for (const std::uint64_t key : *ready) {
      if (key == kListener) {
        accept_all(poller);
      } else if (const auto client = clients_.find(key); client != clients_.end()) {
        if (!await_room()) return;
        read(poller, client);
      }
    }
    bound_pending(poller);
    if (server_.idle_timeout > Duration(0)) disconnect_idle(poller);
  }
}

void SocketServerSource::accept_all(Poller& poller) {
  try {
    while (std::optional<Socket> socket = listener_->accept_now()) {
      admit(poller, std::move(*socket));
    }
  } catch (const Error& error) {
    // Most likely the process has no descriptors left: those who wait go on waiting.
    note_failure(error.what());
    pause(tunables().reconnect_delay);
  }
}

void SocketServerSource::admit(Poller& poller, Socket socket) {
  if (clients_.size() >= server_.max_clients) {
    change_status([](ReceiverStatus& status) { ++status.refused_clients; });
    return;
  }
  const std::uint64_t number = next_client_++;
  poller.add(socket.fd(), number);
  clients_.emplace(number,
                   Client{std::move(socket), Feed(*this, Feed::kSmallRead), clock().monotonic()});
  change_status([this](ReceiverStatus& status) {
    ++status.connects;
    status.clients = static_cast<std::uint32_t>(clients_.size());
    status.connected = true;
  });
}

void SocketServerSource::read(Poller& poller, Clients::iterator at) {
  Client& client = at->second;
  pending_bytes_ -= client.feed.pending();
  try {
    const std::optional<std::size_t> count = client.socket.read_now(client.feed.room());
    if (count && *count != 0 && client.feed.received(*count)) {
      client.last_active = clock().monotonic();
    } else if (count) {
      if (*count == 0) client.feed.finish();
      return disconnect(poller, at);
    }
  } catch (const Error& error) {
    if (error.code() != Errc::io) throw;
    client.feed.break_off();
    note_failure(error.what());
    return disconnect(poller, at);
  }
  pending_bytes_ += client.feed.pending();
}

/// Many clients that each send a little less than a record must not add up.
void SocketServerSource::bound_pending(Poller& poller) {
  while (pending_bytes_ > tunables().receiver_capacity_bytes && !clients_.empty()) {
    const auto largest =
        std::max_element(clients_.begin(), clients_.end(), [](const auto& a, const auto& b) {
          return a.second.feed.pending() < b.second.feed.pending();
        });
    pending_bytes_ -= largest->second.feed.pending();
    largest->second.feed.break_off();
    note_failure(
        "a client was disconnected: the unfinished records of all clients together are larger than "
        "Tunables::receiver_capacity_bytes");
    disconnect(poller, largest);
  }
}

void SocketServerSource::disconnect_idle(Poller& poller) {
  const Duration now = clock().monotonic();
  if (now < next_idle_check_) return;
  next_idle_check_ = now + server_.idle_timeout / kIdleChecks;
  for (auto at = clients_.begin(); at != clients_.end();) {
    const auto client = at++;
    if (now - client->second.last_active < server_.idle_timeout) continue;
    pending_bytes_ -= client->second.feed.pending();
    client->second.feed.break_off();
    change_status([](ReceiverStatus& status) { ++status.idle_clients; });
    disconnect(poller, client);
  }
}

/// Its pending bytes are no longer counted.
void SocketServerSource::disconnect(Poller& poller, Clients::iterator client) {
  poller.remove(client->second.socket.fd());
  clients_.erase(client);
  change_status([this](ReceiverStatus& status) {
    status.clients = static_cast<std::uint32_t>(clients_.size());
    status.connected = !clients_.empty();
  });
}

std::shared_ptr<InputSource> make_socket_server_source(ByteSourceParts parts, std::uint16_t port,
                                                       const SocketServerOptions& server,
                                                       const Options& options) {
  if (server.max_clients == 0 || server.idle_timeout < Duration(0)) {
    throw Error(Errc::invalid_argument,
                std::string(parts.operation) +
                    ": max_clients must be at least 1 and idle_timeout 0 or more");
  }
  return std::make_shared<SocketServerSource>(std::move(parts), port, server, options.tunables,
                                              options.block_interval);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
