#pragma once

#include <cstdint>
#include <string>

#include "receivers/byte_receiver.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Records that a TCP server sends. The thread connects, reads and decodes; when the connection
/// fails or ends it connects again, after a pause that doubles with every failure and starts anew
/// once bytes have come. What precedes the end of a stream is its last record; where a connection
/// breaks, an unfinished record is dropped and counted. A decoder that fails ends the connection:
/// its place in the stream is lost. While the bound of the BlockGenerator is reached, nothing is
/// read from the socket, and TCP holds the server back.
class SocketSource : public ByteReceiver {
 public:
  SocketSource(ByteSourceParts parts, std::string host, std::uint16_t port,
               const Tunables& tunables, Duration block_interval);
  ~SocketSource() override;

 private:
  /// How a connection, or the attempt at one, went.
  struct Outcome {
    bool received = false;
    std::string error;
  };

  void receive() override;
  Outcome use_connection();
  void read(Socket& socket, Outcome& outcome);

  const std::string host_name_;
  const std::uint16_t port_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
