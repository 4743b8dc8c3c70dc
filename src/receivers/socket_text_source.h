#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/input_source.h>
#include <dstream/detail/line_splitter.h>
#include <dstream/detail/sources.h>
#include <dstream/options.h>
#include <dstream/receiver_status.h>

#include "base/socket.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Lines that a TCP server sends. An own thread connects, reads and splits; when the connection
/// fails or ends it connects again, after a pause that doubles with every failure and starts anew
/// once bytes have come. What precedes the end of a stream is its last line; where a connection
/// breaks, an unfinished line is dropped.
///
/// Bound: lines that no batch has taken, or that a batch still reads, take at most
/// Tunables::receiver_capacity_bytes and what one read of 64 KiB holds, and up to as much again
/// that growing blocks have in reserve; then nothing is read from the socket, and TCP holds the
/// server back.
class SocketTextSource final : public InputSource {
 public:
  SocketTextSource(std::string host, std::uint16_t port, const Tunables& tunables,
                   Duration block_interval = std::chrono::milliseconds(200));
  ~SocketTextSource() override;

  void start(SourceHost& host) override;
  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override;
  bool has_data() const override;
  bool arm_arrival() override;
  void stop() override;

  /// A new max_line_bytes holds from the next connection on.
  void set_tunables(const Tunables& tunables) override;
  std::optional<ReceiverStatus> receiver_status() const override { return status(); }
  /// Figures so far; any thread.
  ReceiverStatus status() const;

 private:
  /// What the source shares with its blocks, which may outlive it.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;  ///< there is room, or the source stops
    std::size_t block_bytes = 0;      ///< of sealed blocks and of those that batches have
  };
  /// How a connection, or the attempt at one, went.
  struct Outcome {
    bool received = false;
    std::string error;
  };

  void run();
  Outcome use_connection();
  void read_lines(Socket& socket, Outcome& outcome);
  template <class Feed>
  void take(Feed feed);
  bool wait_for_room();
  void pause(Duration delay);
  bool stopping() const;
  Tunables tunables() const;
  bool has_data_locked() const;
  std::size_t held_bytes() const {
    return shared_->block_bytes + (builder_.size() == 0 ? 0 : builder_.bytes());
  }
  void seal();
  static BlockPtr with_account(const std::shared_ptr<Shared>& shared,
                               std::shared_ptr<TextBlock> block);

  const std::string host_name_;
  const std::uint16_t port_;
  const Duration block_interval_;
  Interrupt interrupt_;
  SourceHost* host_ = nullptr;
  std::thread thread_;

  const std::shared_ptr<Shared> shared_;
  // Guarded by shared_->mutex.
  Tunables tunables_;
  BlockBuilder<std::string_view> builder_;
  Duration block_began_{0};  // by the monotonic clock
  std::vector<std::shared_ptr<TextBlock>> sealed_;
  ReceiverStatus status_;
  bool stopping_ = false;
  bool armed_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
