#include "receivers/udp_source.h"

#include <utility>
#include <vector>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

UdpSource::UdpSource(ByteSourceParts parts, std::uint16_t port, std::string address,
                     const Tunables& tunables, Duration block_interval)
    : ByteReceiver(std::move(parts), tunables, block_interval),
      port_(port),
      address_(std::move(address)) {}

UdpSource::~UdpSource() { stop(); }

void UdpSource::open() {
  socket_.emplace(port_, address_);
  change_status([this](ReceiverStatus& status) { status.port = socket_->port(); });
}

void UdpSource::receive() {
  note_listening();
  std::vector<char> buffer(DatagramSocket::kMaxBytes);
  Box<RecordDecoder> decoder = make_decoder();
  while (await_room()) {
    std::optional<std::size_t> size;
    try {
      size = socket_->receive(buffer, interrupt());
    } catch (const Error& error) {
      note_failure(error.what());
      if (!pause(tunables().reconnect_delay)) return;
      continue;
    }
    if (!size) return;
    change_status(
        [this](ReceiverStatus& status) { status.dropped_datagrams = socket_->dropped(); });
    const std::string_view datagram(buffer.data(), *size);
    const auto used = decode(*decoder, datagram, true);
    if (!used) {
      decoder = make_decoder();
    } else if (*used != datagram.size()) {
      bad_record("the datagram goes on behind its last record", datagram.substr(*used));
    }
  }
}

std::shared_ptr<InputSource> make_udp_source(ByteSourceParts parts, std::uint16_t port,
                                             std::string address, const Options& options) {
  return std::make_shared<UdpSource>(std::move(parts), port, std::move(address), options.tunables,
                                     options.block_interval);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
