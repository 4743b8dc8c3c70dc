#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

#include <dstream/clock.h>

namespace dstream {
inline namespace v1 {
namespace testing {

/// A clock that stands still until it is told to advance: tests need no sleeps. Thread-safe.
class DSTREAM_EXPORT ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = Time(0));
  ~ManualClock() override;

  Time now() const override;
  /// The same time as now(), counted from the epoch.
  Duration monotonic() const override;
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                  Time deadline) override;

  /// Moves the time forward and wakes the threads whose deadline has come. Call it without holding
  /// a lock that such a thread waits with.
  void advance(Duration by);

  /// Waits until `count` threads wait for a time that has not come.
  void await_waiters(std::size_t count);

 private:
  struct Waiter {
    std::mutex* mutex;
    std::condition_variable* cv;
    Time deadline;
    std::size_t in_use = 0;
  };

  mutable std::mutex mutex_;  // guards all below; leaf
  std::condition_variable changed_;
  Time now_;
  std::list<Waiter> waiters_;
};

}  // namespace testing
}  // namespace v1
}  // namespace dstream
