#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <dstream/detail/input_source.h>
#include <dstream/options.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Lines from a TCP server. Throws Error{Errc::invalid_argument} for an empty host or port 0.
DSTREAM_EXPORT std::shared_ptr<InputSource> make_socket_text_source(std::string host,
                                                                    std::uint16_t port,
                                                                    const Options& options);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
