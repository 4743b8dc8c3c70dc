#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "receivers/line_parts.h"
#include "receivers/socket_source.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// A SocketSource of lines. A new max_line_bytes holds from the next connection on.
class SocketTextSource final : public SocketSource {
 public:
  SocketTextSource(std::string host, std::uint16_t port, const Tunables& tunables,
                   Duration block_interval = std::chrono::milliseconds(200))
      : SocketSource(line_parts("socket_text_stream", tunables), std::move(host), port, tunables,
                     block_interval) {}
  ~SocketTextSource() override { stop(); }

 private:
  Box<RecordDecoder> make_decoder() const override { return make_lines(tunables()); }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
