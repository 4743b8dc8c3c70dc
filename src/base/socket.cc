#include "base/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>
#include <system_error>
#include <utility>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

[[noreturn]] void throw_io(const std::string& what, int code) {
  throw Error(Errc::io, what + ": " + std::generic_category().message(code));
}

int poll_limit(std::optional<Duration> limit) {
  if (!limit) return -1;
  const std::int64_t ms = limit->count() / 1'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(ms, 1, std::numeric_limits<int>::max()));
}

/// Waits until `fd` has one of `events`; false if interrupted. Throws ETIMEDOUT after `limit`,
/// which an interrupting signal of the process starts anew.
bool wait_for(int fd, short events, const Interrupt& interrupt,
              std::optional<Duration> limit = std::nullopt) {
  for (;;) {
    pollfd fds[] = {{interrupt.fd(), POLLIN, 0}, {fd, events, 0}};
    const int ready = ::poll(fds, 2, poll_limit(limit));
    if (ready < 0) {
      if (errno == EINTR) continue;
      throw_io("poll", errno);
    }
    if (ready == 0) throw_io("waiting for a socket", ETIMEDOUT);
    if (fds[0].revents != 0) return false;
    if (fds[1].revents != 0) return true;
  }
}

bool would_block(int code) { return code == EAGAIN || code == EWOULDBLOCK || code == EINTR; }

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (code != 0) {
    throw Error(Errc::io, "cannot look up " + host + ": " +
                              (code == EAI_SYSTEM ? std::generic_category().message(errno)
                                                  : std::string(::gai_strerror(code))));
  }
  return Addresses(list);
}

/// Connects `fd`: 0, an errno, or nothing if interrupted.
std::optional<int> connect_one(int fd, const addrinfo& address, const Interrupt& interrupt,
                               std::optional<Duration> limit) {
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (!wait_for(fd, POLLOUT, interrupt, limit)) return std::nullopt;
  int code = 0;
  socklen_t size = sizeof(code);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0) return errno;
  return code;
}

}  // namespace

Interrupt::Interrupt() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw_io("pipe", errno);
  read_end_ = Descriptor(ends[0]);
  write_end_ = Descriptor(ends[1]);
}

void Interrupt::signal() noexcept {
  // A full pipe has been signalled before.
  [[maybe_unused]] const auto written = ::write(write_end_.get(), "x", 1);
}

std::optional<Socket> Socket::connect(const std::string& host, std::uint16_t port,
                                      const Interrupt& interrupt,
                                      std::optional<Duration> limit) {
  const Addresses addresses = look_up(host, port);
  int code = EADDRNOTAVAIL;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    Descriptor fd(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                           address->ai_protocol));
    if (fd.get() < 0) {
      code = errno;
      continue;
    }
    const std::optional<int> result = connect_one(fd.get(), *address, interrupt, limit);
    if (!result) return std::nullopt;
    if (*result == 0) return Socket(std::move(fd));
    code = *result;
  }
  throw_io("cannot connect to " + host + ":" + std::to_string(port), code);
}

std::optional<std::size_t> Socket::read(std::span<char> buffer, const Interrupt& interrupt) {
  for (;;) {
    if (!wait_for(descriptor_.get(), POLLIN, interrupt)) return std::nullopt;
    const ssize_t count = ::recv(descriptor_.get(), buffer.data(), buffer.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (!would_block(errno)) throw_io("connection lost", errno);
  }
}

bool Socket::send(std::string_view bytes, const Interrupt& interrupt,
                  std::optional<Duration> limit) {
  while (!bytes.empty()) {
    if (!wait_for(descriptor_.get(), POLLOUT, interrupt, limit)) return false;
    const ssize_t count = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (!would_block(errno)) {
      throw_io("cannot send", errno);
    }
  }
  return true;
}

bool Socket::peer_closed() const {
  char byte;
  const ssize_t count = ::recv(descriptor_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && !would_block(errno));
}

void Socket::reset_on_close() {
  const linger at_once{1, 0};
  if (::setsockopt(descriptor_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) != 0) {
    throw_io("setsockopt", errno);
  }
}

Listener::Listener(std::uint16_t port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  const int fd = descriptor_.get();
  if (fd < 0) throw_io("socket", errno);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd, generic, size) != 0 || ::listen(fd, SOMAXCONN) != 0 ||
      ::getsockname(fd, generic, &size) != 0) {
    throw_io("cannot listen on port " + std::to_string(port), errno);
  }
  port_ = ntohs(address.sin_port);
}

std::optional<Socket> Listener::accept(const Interrupt& interrupt) {
  for (;;) {
    if (!wait_for(descriptor_.get(), POLLIN, interrupt)) return std::nullopt;
    const int fd = ::accept4(descriptor_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) return Socket(Descriptor(fd));
    if (!would_block(errno) && errno != ECONNABORTED) throw_io("accept", errno);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
