#pragma once

#include <compare>
#include <cstdint>

#include <dstream/detail/durations.h>

namespace dstream {
inline namespace v1 {

/// A length of time, in nanoseconds. Every std::chrono literal converts (`1s`, `200ms`).
using Duration = std::chrono::nanoseconds;

/// A point on the wall clock: nanoseconds since the Unix epoch. A strong type, so that a batch time
/// cannot be mixed up with a length of time or a plain count.
class Time {
 public:
  constexpr Time() = default;
  constexpr explicit Time(std::int64_t nanoseconds) : ns_(nanoseconds) {}

  /// Nanoseconds since the epoch.
  constexpr std::int64_t ns() const { return ns_; }
  /// Whole milliseconds since the epoch, rounded towards the past (Spark's batch time).
  constexpr std::int64_t ms() const {
    return ns_ >= 0 ? ns_ / 1'000'000 : -((-ns_ + 999'999) / 1'000'000);
  }

  /// The last multiple of `step` since the epoch that is not after this time; `step` > 0.
  constexpr Time floor(Duration step) const {
    const std::int64_t remainder = ns_ % step.count();
    return Time(ns_ - (remainder < 0 ? remainder + step.count() : remainder));
  }
  /// Whether this time is a whole number of `step`s after `zero`; `step` > 0.
  constexpr bool is_multiple_of(Duration step, Time zero) const {
    return (ns_ - zero.ns_) % step.count() == 0;
  }

  friend constexpr auto operator<=>(Time, Time) = default;
  /// Stays at the end of time, so that `now + Duration::max()` is a deadline that never comes.
  friend constexpr Time operator+(Time t, Duration d) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(t.ns_, d.count(), &sum)) return Time(sum);
    return Time(d.count() > 0 ? INT64_MAX : INT64_MIN);
  }
  friend constexpr Time operator-(Time t, Duration d) {
    std::int64_t difference = 0;
    if (!__builtin_sub_overflow(t.ns_, d.count(), &difference)) return Time(difference);
    return Time(d.count() > 0 ? INT64_MIN : INT64_MAX);
  }
  friend constexpr Duration operator-(Time a, Time b) { return Duration(a.ns_ - b.ns_); }

 private:
  std::int64_t ns_ = 0;
};

}  // namespace v1
}  // namespace dstream
