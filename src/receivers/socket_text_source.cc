#include "receivers/socket_text_source.h"

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

std::shared_ptr<InputSource> make_socket_text_source(std::string host, std::uint16_t port,
                                                     const Options& options) {
  if (host.empty() || port == 0) {
    throw Error(Errc::invalid_argument,
                "socket_text_stream needs a host and a port from 1 to 65535, but has \"" + host +
                    "\" and " + std::to_string(port));
  }
  return std::make_shared<SocketTextSource>(std::move(host), port, options.tunables,
                                            options.block_interval);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
