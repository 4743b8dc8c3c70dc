#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/detail/block_generator.h>
#include <dstream/export.h>
#include <dstream/receiver_status.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a Receiver and its supervisor share: what was received, and what the supervisor is asked to
/// do. Threads of the receiver may use it after the context is gone. All members are thread-safe.
class DSTREAM_EXPORT ReceiverLink {
 public:
  struct Restart {
    std::string message;
    std::optional<Duration> delay;
  };
  /// What the supervisor has been asked for since it last looked.
  struct Requests {
    std::vector<std::string> errors;  ///< at most kMaxErrors; the rest is only counted
    std::uint64_t error_count = 0;
    std::optional<Restart> restart;
    std::optional<std::string> stop;

    bool any() const { return error_count != 0 || restart || stop; }
  };
  static constexpr std::size_t kMaxErrors = 64;

  explicit ReceiverLink(std::shared_ptr<BlockGenerator> blocks);
  ~ReceiverLink();

  // The receiver's side.
  BlockGenerator& blocks() { return *blocks_; }
  void report_error(std::string message);
  void restart(Restart restart);
  void stop(std::string message);
  ReceiverState state() const;
  std::uint32_t stream_id() const;
  /// After a store with a position: the supervisor looks whether a block was finished.
  void note_stored() {
    if (blocks_->any_stored()) wake();
  }

  /// Binds the receiver to its stream; false if it has one.
  bool adopt();

  // The supervisor's side; lock mutex() around requests() and set_state().
  std::mutex& mutex() const { return mutex_; }
  std::condition_variable& changed() { return changed_; }
  Requests& requests() { return requests_; }
  ReceiverState state_locked() const { return state_; }
  /// A receiver that stops does not wait for room.
  void set_state_locked(ReceiverState state);
  void set_stream_id(std::uint32_t id);
  void wake();

 private:
  const std::shared_ptr<BlockGenerator> blocks_;
  mutable std::mutex mutex_;  // guards all below; taken before the generator's
  std::condition_variable changed_;
  Requests requests_;
  ReceiverState state_ = ReceiverState::initialized;
  std::uint32_t stream_id_ = 0;
  bool adopted_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
