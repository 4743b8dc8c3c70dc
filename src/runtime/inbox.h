#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace detail {

class Run;

/// The only thing that travels on flow-graph edges: which task of which run.
struct Token {
  Run* run = nullptr;
  std::uint32_t stage = 0;
  std::uint32_t task = 0;
};

/// Where an executor's thread gets work from other threads. Owned by its executor. Bounded by the
/// tokens of the batches in flight.
class Inbox {
 public:
  void put(const std::vector<Token>& tokens);
  /// Asks the owner to poll for new batches.
  void request_poll();
  void close();

  /// Whether there is something to take; a cheap look between tasks.
  bool pending() const { return pending_.load(); }
  /// Moves the tokens to `tokens`; returns whether a poll was asked for. Any thread of the executor.
  bool take(std::vector<Token>& tokens);

  /// The owner's thread waits for work: it spins for a while first where that has paid off lately,
  /// since a wake-up costs 20 to 25 µs, then sleeps. False when closed and empty.
  bool wait();

 private:
  bool spin();
  void signal(std::unique_lock<std::mutex> lock);

  std::mutex mutex_;  // leaf; guards everything below but pending_
  std::condition_variable wake_;
  std::vector<Token> tokens_;
  bool poll_ = false;
  bool sleeping_ = false;
  std::atomic<bool> closed_{false};
  std::atomic<bool> pending_{false};
  std::uint32_t spin_credit_ = 0;  // the owner's thread only
  std::uint32_t waits_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
