#include "dstream/clock.h"

#include <chrono>
#include <limits>

namespace dstream {
inline namespace v1 {
namespace {

/// std::chrono's clocks.
class SystemClock final : public Clock {
 public:
  Time now() const override {
    return Time(
        std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
            .count());
  }

  Duration monotonic() const override {
    return std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch());
  }

  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                  Time deadline) override {
    if (deadline.ns() == std::numeric_limits<std::int64_t>::max()) {
      cv.wait(lock);
    } else {
      cv.wait_until(lock, std::chrono::system_clock::time_point(
                              std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                  Duration(deadline.ns()))));
    }
  }
};

}  // namespace

Clock::~Clock() = default;

const std::shared_ptr<Clock>& Clock::system() {
  static const std::shared_ptr<Clock> clock = std::make_shared<SystemClock>();
  return clock;
}

}  // namespace v1
}  // namespace dstream
