#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "receivers/byte_receiver.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Records of UDP datagrams. The thread takes one at a time and decodes it by itself: what the
/// decoder leaves over is bad. While the bound of the BlockGenerator is reached nothing is read;
/// what the kernel drops then is counted with the next datagram.
class UdpSource final : public ByteReceiver {
 public:
  UdpSource(ByteSourceParts parts, std::uint16_t port, std::string address,
            const Tunables& tunables, Duration block_interval);
  ~UdpSource() override;

 private:
  void open() override;
  void receive() override;

  const std::uint16_t port_;
  const std::string address_;
  std::optional<DatagramSocket> socket_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
