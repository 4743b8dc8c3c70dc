#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/export.h>
#include <dstream/time.h>

#include "base/descriptor.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Ends the waits of socket calls: once signalled it stays so. Any thread may signal.
class DSTREAM_EXPORT Interrupt {
 public:
  /// Throws Error{Errc::io} where the process has no descriptors left.
  Interrupt();
  void signal() noexcept;
  int fd() const { return read_end_.get(); }

 private:
  Descriptor read_end_;
  Descriptor write_end_;
};

/// A connected TCP socket. Calls throw Error{Errc::io}; one thread reads and one writes at a time.
class DSTREAM_EXPORT Socket {
 public:
  explicit Socket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  /// Connects to the first address of `host` that answers; none if interrupted. The look-up of a
  /// host name that is no address cannot be interrupted.
  /// Each address gets at most `limit`.
  static std::optional<Socket> connect(const std::string& host, std::uint16_t port,
                                       const Interrupt& interrupt,
                                       std::optional<Duration> limit = std::nullopt);

  /// Waits for bytes. Returns their number, 0 at the end of the stream, or nothing if interrupted.
  std::optional<std::size_t> read(std::span<char> buffer, const Interrupt& interrupt);

  /// Sends all bytes; false if interrupted before that. Throws, too, when the other side takes no
  /// byte for `limit`.
  bool send(std::string_view bytes, const Interrupt& interrupt,
            std::optional<Duration> limit = std::nullopt);

  /// Whether the other side has closed its end, as far as is known here by now. Takes no bytes.
  bool peer_closed() const;

  /// Makes close() drop the connection at once: the other side's next read fails.
  void reset_on_close();
  void close() noexcept { descriptor_.close(); }

 private:
  Descriptor descriptor_;
};

/// A server on a loopback address.
class DSTREAM_EXPORT Listener {
 public:
  /// Listens on 127.0.0.1; port 0 takes a free one.
  explicit Listener(std::uint16_t port = 0);
  std::uint16_t port() const { return port_; }
  /// Waits for a client; none if interrupted.
  std::optional<Socket> accept(const Interrupt& interrupt);

 private:
  Descriptor descriptor_;
  std::uint16_t port_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
