#pragma once

#include <cstdint>

#include <dstream/options.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Holds records to a number per second: what has come is a debt that time pays off, and while there
/// is more of it than 10 ms pay, nothing further may come. Nothing is saved up in quiet times. Takes
/// times of Clock::monotonic(). Not thread-safe.
class RateLimit {
 public:
  explicit RateLimit(std::int64_t per_second) : per_second_(per_second) {}

  /// Keeps the debt.
  void set(std::int64_t per_second, Duration now);
  /// How long nothing may come; 0: now it may.
  Duration wait(Duration now);
  void take(std::uint64_t records, Duration now);

 private:
  void pay(Duration now);

  std::int64_t per_second_;
  double debt_ = 0;  // records times nanoseconds per second: whole numbers stay exact
  Duration paid_until_{0};
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
