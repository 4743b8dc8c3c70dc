#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <dstream/detail/block_generator.h>
#include <dstream/detail/box.h>
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
  struct Restart;
  /// What the supervisor has been asked for since it last looked.
  struct Requests;
  static constexpr std::size_t kMaxErrors = 64;

  explicit ReceiverLink(std::shared_ptr<BlockGenerator> blocks);
  ~ReceiverLink();

  // The receiver's side.
  BlockGenerator& blocks() { return *blocks_; }
  void report_error(std::string message);
  void restart(const Restart& restart);
  void stop(std::string message);
  ReceiverState state() const;
  std::uint32_t stream_id() const;
  /// After a store with a position: the supervisor looks whether a block was finished.
  void note_stored();

  /// Binds the receiver to its stream; false if it has one.
  bool adopt();

  // The supervisor's side; lock mutex() around requests() and set_state().
  std::mutex& mutex() const;
  std::condition_variable& changed();
  Requests& requests();
  ReceiverState state_locked() const;
  /// A receiver that stops does not wait for room.
  void set_state_locked(ReceiverState state);
  void set_stream_id(std::uint32_t id);
  void wake();

 private:
  const std::shared_ptr<BlockGenerator> blocks_;
  struct State;
  const Box<State> state_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
