#include "base/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
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

Addresses look_up(const std::string& host, std::uint16_t port, int type = SOCK_STREAM,
                  int flags = 0) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = type;
  hints.ai_flags = AI_NUMERICSERV | flags;
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

/// A socket of `type` that is bound to a numeric address.
Descriptor bind_to(const std::string& address, std::uint16_t port, int type) {
  const std::string where = address + ", port " + std::to_string(port);
  const Addresses found = look_up(address, port, type, AI_NUMERICHOST | AI_PASSIVE);
  Descriptor fd(
      ::socket(found->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, found->ai_protocol));
  if (fd.get() < 0) throw_io("cannot make a socket for " + where, errno);
  const int on = 1;
  // A server that starts again must not wait for connections of its former life.
  if (type == SOCK_STREAM) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0) {
    throw_io("cannot listen on " + where, errno);
  }
  return fd;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw_io("getsockname", errno);
  }
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
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
                                      const Interrupt& interrupt, std::optional<Duration> limit) {
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

std::optional<std::size_t> Socket::read_now(std::span<char> buffer) {
  const ssize_t count = ::recv(descriptor_.get(), buffer.data(), buffer.size(), 0);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (would_block(errno)) return std::nullopt;
  throw_io("connection lost", errno);
}

Listener::Listener(std::uint16_t port, const std::string& address)
    : descriptor_(bind_to(address, port, SOCK_STREAM)) {
  if (::listen(descriptor_.get(), SOMAXCONN) != 0) {
    throw_io("cannot listen on " + address + ", port " + std::to_string(port), errno);
  }
  port_ = port_of(descriptor_.get());
}

std::optional<Socket> Listener::accept(const Interrupt& interrupt) {
  for (;;) {
    if (!wait_for(descriptor_.get(), POLLIN, interrupt)) return std::nullopt;
    if (std::optional<Socket> client = accept_now()) return client;
  }
}

std::optional<Socket> Listener::accept_now() {
  const int fd = ::accept4(descriptor_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) return Socket(Descriptor(fd));
  if (would_block(errno) || errno == ECONNABORTED) return std::nullopt;
  throw_io("accept", errno);
}

DatagramSocket::DatagramSocket(std::uint16_t port, const std::string& address)
    : descriptor_(bind_to(address, port, SOCK_DGRAM)), port_(port_of(descriptor_.get())) {
  const int on = 1;
  // Without it drops are not told; all else works.
  ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
  // A burst should fit; the kernel grants what the machine's limit allows.
  const int bytes = 4 << 20;
  ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

std::optional<std::size_t> DatagramSocket::receive(std::span<char> buffer,
                                                   const Interrupt& interrupt) {
  for (;;) {
    if (!wait_for(descriptor_.get(), POLLIN, interrupt)) return std::nullopt;
    iovec part{buffer.data(), buffer.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(std::uint32_t))];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    const ssize_t count = ::recvmsg(descriptor_.get(), &message, 0);
    if (count < 0) {
      if (would_block(errno)) continue;
      throw_io("cannot receive datagrams", errno);
    }
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
      std::uint32_t total = 0;
      std::memcpy(&total, CMSG_DATA(c), sizeof(total));
      // The kernel's counter has 32 bits and goes round.
      dropped_ += total - static_cast<std::uint32_t>(dropped_);
    }
    return static_cast<std::size_t>(count);
  }
}

void DatagramSocket::send_to(std::uint16_t port, std::string_view bytes) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::sendto(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
    throw_io("cannot send a datagram", errno);
  }
}

Poller::Poller(const Interrupt& interrupt) : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (descriptor_.get() < 0) throw_io("epoll_create", errno);
  add(interrupt.fd(), UINT64_MAX);
}

void Poller::add(int fd, std::uint64_t key) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = key;
  if (::epoll_ctl(descriptor_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw_io("epoll_ctl", errno);
}

void Poller::remove(int fd) noexcept { ::epoll_ctl(descriptor_.get(), EPOLL_CTL_DEL, fd, nullptr); }

std::optional<std::vector<std::uint64_t>> Poller::wait(Duration timeout) {
  constexpr int kEvents = 256;
  epoll_event events[kEvents];
  const std::int64_t ms = timeout < Duration(0) ? -1 : timeout.count() / 1'000'000 + 1;
  const int count = ::epoll_wait(descriptor_.get(), events, kEvents,
                                 static_cast<int>(std::min<std::int64_t>(ms, INT32_MAX)));
  if (count < 0 && errno != EINTR) throw_io("epoll_wait", errno);
  std::vector<std::uint64_t> keys;
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u64 == UINT64_MAX) return std::nullopt;
    keys.push_back(events[i].data.u64);
  }
  return keys;
}

BorrowedInput BorrowedInput::standard_input() { return BorrowedInput(STDIN_FILENO); }

std::optional<std::size_t> BorrowedInput::read(std::span<char> buffer, const Interrupt& interrupt) {
  for (;;) {
    if (!wait_for(fd_, POLLIN, interrupt)) return std::nullopt;
    const ssize_t count = ::read(fd_, buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (!would_block(errno)) throw_io("cannot read the input", errno);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
