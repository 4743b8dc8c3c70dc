#include "receivers/socket_text_source.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "dstream/clock.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

}  // namespace

SocketTextSource::SocketTextSource(std::string host, std::uint16_t port, const Tunables& tunables,
                                   Duration block_interval)
    : host_name_(std::move(host)),
      port_(port),
      block_interval_(block_interval),
      shared_(std::make_shared<Shared>()),
      tunables_(tunables) {}

SocketTextSource::~SocketTextSource() { stop(); }

void SocketTextSource::start(SourceHost& host) {
  host_ = &host;
  thread_ = std::thread([this] {
    try {
      run();
    } catch (...) {
      host_->source_failed(std::current_exception());
    }
  });
}

void SocketTextSource::stop() {
  {
    const std::lock_guard lock(shared_->mutex);
    stopping_ = true;
    shared_->changed.notify_all();
  }
  interrupt_.signal();
  if (thread_.joinable()) thread_.join();
}

void SocketTextSource::run() {
  Duration delay = tunables().reconnect_delay;
  while (!stopping()) {
    const Outcome outcome = use_connection();
    if (stopping()) return;
    const Tunables now = tunables();
    if (outcome.received) delay = now.reconnect_delay;
    {
      const std::lock_guard lock(shared_->mutex);
      ++status_.failures;
      status_.last_error = outcome.error;
    }
    pause(delay);
    delay = std::min(delay * 2, std::max(now.reconnect_delay, now.max_reconnect_delay));
  }
}

SocketTextSource::Outcome SocketTextSource::use_connection() {
  Outcome outcome;
  try {
    std::optional<Socket> socket = Socket::connect(host_name_, port_, interrupt_);
    if (!socket) return outcome;
    {
      const std::lock_guard lock(shared_->mutex);
      ++status_.connects;
      status_.connected = true;
    }
    read_lines(*socket, outcome);
    outcome.error = "the server has ended the stream";
  } catch (const Error& error) {
    if (error.code() != Errc::io) throw;
    outcome.error = error.what();
  }
  const std::lock_guard lock(shared_->mutex);
  status_.connected = false;
  return outcome;
}

void SocketTextSource::read_lines(Socket& socket, Outcome& outcome) {
  std::array<char, kReadBytes> buffer;
  LineSplitter lines(tunables().max_line_bytes);
  while (wait_for_room()) {
    const std::optional<std::size_t> count = socket.read(buffer, interrupt_);
    if (!count) return;
    outcome.received = outcome.received || *count != 0;
    const std::string_view bytes(buffer.data(), *count);
    take([&](const auto& on_line, const auto& on_overlong) {
      if (bytes.empty()) {
        lines.finish(on_line, on_overlong);
      } else {
        lines.feed(bytes, on_line, on_overlong);
      }
    });
    if (bytes.empty()) return;
  }
}

/// Runs `feed` with a function that adds a line to the block being built, and one that is told of
/// overlong lines.
template <class Feed>
void SocketTextSource::take(Feed feed) {
  bool announce = false;
  std::vector<std::string> dropped;
  const Duration now = host_->clock().monotonic();
  {
    const std::lock_guard lock(shared_->mutex);
    if (builder_.size() == 0) block_began_ = now;
    feed(
        [this](std::string_view line) {
          builder_.append(line);
          ++status_.records;
          if (builder_.bytes() >= kBlockBytes) seal();
        },
        [&](std::string_view begin) { dropped.emplace_back(begin); });
    status_.dropped_overlong += dropped.size();
    if (now - block_began_ >= block_interval_) seal();
    announce = armed_ && has_data_locked();
    if (announce) armed_ = false;
  }
  for (const std::string& line : dropped) {
    host_->dead_letter("socket_text_stream", "the line is longer than Tunables::max_line_bytes",
                       line);
  }
  if (announce) host_->data_arrived();
}

bool SocketTextSource::wait_for_room() {
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait(lock, [this] {
    return stopping_ || held_bytes() < std::max<std::size_t>(1, tunables_.receiver_capacity_bytes);
  });
  return !stopping_;
}

void SocketTextSource::pause(Duration delay) {
  Clock& clock = host_->clock();
  std::unique_lock lock(shared_->mutex);
  const Time deadline = clock.now() + delay;
  while (!stopping_ && clock.now() < deadline) {
    clock.wait_until(lock, shared_->changed, deadline);
  }
}

void SocketTextSource::set_tunables(const Tunables& tunables) {
  const std::lock_guard lock(shared_->mutex);
  tunables_ = tunables;
  shared_->changed.notify_all();
}

Tunables SocketTextSource::tunables() const {
  const std::lock_guard lock(shared_->mutex);
  return tunables_;
}

bool SocketTextSource::stopping() const {
  const std::lock_guard lock(shared_->mutex);
  return stopping_;
}

bool SocketTextSource::has_data_locked() const { return !sealed_.empty() || builder_.size() != 0; }

bool SocketTextSource::has_data() const {
  const std::lock_guard lock(shared_->mutex);
  return has_data_locked();
}

bool SocketTextSource::arm_arrival() {
  const std::lock_guard lock(shared_->mutex);
  armed_ = !has_data_locked();
  return !armed_;
}

void SocketTextSource::seal() {
  if (builder_.size() == 0) return;
  sealed_.push_back(builder_.finish());
  shared_->block_bytes += sealed_.back()->bytes();
}

void SocketTextSource::cut(Time, Time, std::vector<BlockPtr>& blocks) {
  std::vector<std::shared_ptr<TextBlock>> taken;
  {
    const std::lock_guard lock(shared_->mutex);
    seal();
    taken.swap(sealed_);
  }
  for (auto& block : taken) blocks.push_back(with_account(shared_, std::move(block)));
}

/// The same block; when the last user lets it go, its bytes are given back.
BlockPtr SocketTextSource::with_account(const std::shared_ptr<Shared>& shared,
                                        std::shared_ptr<TextBlock> block) {
  const TextBlock* const raw = block.get();
  return BlockPtr(raw, [shared, block = std::move(block)](const Block*) mutable {
    const std::size_t bytes = block->bytes();
    block.reset();
    const std::lock_guard lock(shared->mutex);
    shared->block_bytes -= bytes;
    shared->changed.notify_all();
  });
}

ReceiverStatus SocketTextSource::status() const {
  const std::lock_guard lock(shared_->mutex);
  ReceiverStatus status = status_;
  status.held_bytes = held_bytes();
  return status;
}

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
