#include <utility>

#include "dstream/receiver_streams.h"
#include "dstream/syslog.h"

namespace dstream {
inline namespace v1 {
namespace detail {

std::shared_ptr<InputSource> make_syslog_source(std::uint16_t port, const SyslogOptions& syslog,
                                                const Options& options) {
  ByteSourceParts parts{"syslog_stream", nullptr, syslog.bad_records};
  if (syslog.transport == SyslogTransport::udp) {
    parts.decoder = std::make_shared<const TypedDecoder<SyslogDatagram>>(SyslogDatagram());
    return make_udp_source(std::move(parts), port, syslog.address, options);
  }
  parts.decoder = std::make_shared<const TypedDecoder<SyslogFrames>>(
      SyslogFrames(options.tunables.max_line_bytes));
  SocketServerOptions server;
  server.address = syslog.address;
  server.max_clients = syslog.max_clients;
  server.idle_timeout = syslog.idle_timeout;
  return make_socket_server_source(std::move(parts), port, server, options);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
