#include "dstream/socket_sink.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <optional>

#include "base/socket.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

struct SocketLines::State {
  struct Write {
    WriteKey key;
    std::string lines;
  };

  std::list<Write>::iterator find(const WriteKey& key) {
    return std::find_if(writes.begin(), writes.end(), [&](const Write& write) {
      return write.key.batch_time == key.batch_time && write.key.partition == key.partition &&
             write.key.attempt == key.attempt && write.key.sink_uid == key.sink_uid;
    });
  }

  const std::string host;
  const std::uint16_t port;
  const Duration timeout;
  const Interrupt never;  // the waits are bounded by the timeout

  std::mutex mutex;              // guards writes; leaf
  std::list<Write> writes;       // those of the batches in flight; they stay where they are
  std::mutex send_mutex;         // held while sending: one write's lines stay together
  std::optional<Socket> socket;  // guarded by send_mutex
};

SocketLines::SocketLines(std::string host, std::uint16_t port, Duration timeout)
    : state_(new State{std::move(host), port, timeout, {}, {}, {}, {}, {}}) {}
SocketLines::~SocketLines() = default;

void SocketLines::open(const WriteKey& key) {
  std::lock_guard lock(state_->mutex);
  state_->writes.push_back({key, {}});
}

std::string& SocketLines::buffer(const WriteKey& key) {
  std::lock_guard lock(state_->mutex);
  return state_->find(key)->lines;
}

void SocketLines::send(const WriteKey& key) {
  std::string_view lines;
  {
    std::lock_guard lock(state_->mutex);
    const auto write = state_->find(key);
    if (write == state_->writes.end()) return;
    lines = write->lines;
  }
  if (!lines.empty()) {
    std::lock_guard lock(state_->send_mutex);
    std::optional<Socket>& socket = state_->socket;
    if (socket && socket->peer_closed()) socket.reset();
    try {
      if (!socket) {
        socket = Socket::connect(state_->host, state_->port, state_->never, state_->timeout);
      }
      socket->send(lines, state_->never, state_->timeout);
    } catch (...) {
      socket.reset();
      throw;
    }
  }
  drop(key);
}

void SocketLines::drop(const WriteKey& key) {
  std::lock_guard lock(state_->mutex);
  const auto write = state_->find(key);
  if (write != state_->writes.end()) state_->writes.erase(write);
}

void throw_no_line_form(std::string_view type_name) {
  throw Error(Errc::invalid_argument,
              "socket_sink: records of " + std::string(type_name) +
                  " cannot be written in this format; take another one, or map() them before");
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
