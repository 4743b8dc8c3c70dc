#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

  /// Reads what is there: its number of bytes, 0 at the end of the stream, or nothing if none is.
  std::optional<std::size_t> read_now(std::span<char> buffer);

  /// Sends all bytes; false if interrupted before that. Throws, too, when the other side takes no
  /// byte for `limit`.
  bool send(std::string_view bytes, const Interrupt& interrupt,
            std::optional<Duration> limit = std::nullopt);

  /// Whether the other side has closed its end, as far as is known here by now. Takes no bytes.
  bool peer_closed() const;

  /// Makes close() drop the connection at once: the other side's next read fails.
  void reset_on_close();
  void close() noexcept { descriptor_.close(); }
  int fd() const { return descriptor_.get(); }

 private:
  Descriptor descriptor_;
};

/// A TCP server.
class DSTREAM_EXPORT Listener {
 public:
  /// Listens on a numeric address; port 0 takes a free one. Throws Error{Errc::io} that names both.
  explicit Listener(std::uint16_t port = 0, const std::string& address = "127.0.0.1");
  std::uint16_t port() const { return port_; }
  /// Waits for a client; none if interrupted.
  std::optional<Socket> accept(const Interrupt& interrupt);
  /// The next client that waits; nothing if none does.
  std::optional<Socket> accept_now();
  int fd() const { return descriptor_.get(); }

 private:
  Descriptor descriptor_;
  std::uint16_t port_ = 0;
};

/// A UDP socket, bound to an address. Calls throw Error{Errc::io}; for one thread at a time.
class DSTREAM_EXPORT DatagramSocket {
 public:
  /// The largest datagram that there is.
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 10;

  /// Port 0 takes a free one. The error names address and port.
  explicit DatagramSocket(std::uint16_t port = 0, const std::string& address = "127.0.0.1");
  std::uint16_t port() const { return port_; }
  /// Waits for a datagram and returns its number of bytes; nothing if interrupted.
  std::optional<std::size_t> receive(std::span<char> buffer, const Interrupt& interrupt);
  /// Datagrams that the kernel has dropped since the socket was made because nobody took them, as
  /// told with the last one received.
  std::uint64_t dropped() const { return dropped_; }
  /// Sends one datagram to a port of the loopback address.
  void send_to(std::uint16_t port, std::string_view bytes);

 private:
  Descriptor descriptor_;
  std::uint16_t port_ = 0;
  std::uint64_t dropped_ = 0;
};

/// Waits for several sockets at once (epoll). Throws Error{Errc::io}; for one thread.
class DSTREAM_EXPORT Poller {
 public:
  explicit Poller(const Interrupt& interrupt);
  /// `key` names the socket in what wait() returns; UINT64_MAX is taken.
  void add(int fd, std::uint64_t key);
  void remove(int fd) noexcept;
  /// The keys of sockets that have something to read, have ended or broken: at most 256 at once,
  /// none after `timeout` of real time (negative: never). Nothing if interrupted.
  std::optional<std::vector<std::uint64_t>> wait(Duration timeout);

 private:
  Descriptor descriptor_;
};

/// Reads a descriptor that somebody else owns, as standard input: a pipe, a terminal, a file.
class DSTREAM_EXPORT BorrowedInput {
 public:
  explicit BorrowedInput(int fd) : fd_(fd) {}
  static BorrowedInput standard_input();
  /// As Socket::read(). The descriptor stays as it is, blocking or not.
  std::optional<std::size_t> read(std::span<char> buffer, const Interrupt& interrupt);

 private:
  int fd_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
