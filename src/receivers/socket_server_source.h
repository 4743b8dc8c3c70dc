#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <dstream/receiver_streams.h>

#include "receivers/byte_receiver.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Records that TCP clients send. The thread listens and serves all clients, one read of each that
/// has something in turn; each has a decoder of its own, and order is kept per client. While the
/// bound of the BlockGenerator is reached, no client is read and none accepted.
/// Bounds: max_clients connections; the bytes that their decoders wait for, by client and together.
class SocketServerSource final : public ByteReceiver {
 public:
  SocketServerSource(ByteSourceParts parts, std::uint16_t port, const SocketServerOptions& server,
                     const Tunables& tunables, Duration block_interval);
  ~SocketServerSource() override;

 private:
  struct Client {
    Socket socket;
    Feed feed;
    Duration last_active;
  };
  using Clients = std::map<std::uint64_t, Client>;  // by number, in order of arrival

  void open() override;
  void receive() override;
  void serve(Poller& poller);
  void accept_all(Poller& poller);
  void admit(Poller& poller, Socket socket);
  void read(Poller& poller, Clients::iterator client);
  void bound_pending(Poller& poller);
  void disconnect_idle(Poller& poller);
  void disconnect(Poller& poller, Clients::iterator client);

  const std::uint16_t port_;
  const SocketServerOptions server_;
  std::optional<Listener> listener_;

  // The thread's own.
  Clients clients_;
  std::uint64_t next_client_ = 1;  // 0 is the listener
  std::size_t pending_bytes_ = 0;  // of all clients
  Duration next_idle_check_{0};
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
