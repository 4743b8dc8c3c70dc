#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// The library's only source of time. All members may be called from any thread.
class DSTREAM_EXPORT Clock {
 public:
  virtual ~Clock();

  /// The wall clock.
  virtual Time now() const = 0;

  /// A clock that never goes back, for measuring durations; its zero is arbitrary.
  virtual Duration monotonic() const = 0;

  /// Waits on `cv` with `lock` held until it is notified, wakes spuriously, or `now()` has reached
  /// `deadline`. Callers loop over their own condition. Pass `Time::ns() == INT64_MAX` for "never".
  virtual void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                          Time deadline) = 0;

  /// The machine's clock, shared by the whole process.
  static const std::shared_ptr<Clock>& system();
};

}  // namespace v1
}  // namespace dstream
