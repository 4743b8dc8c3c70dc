#include "receivers/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr double kSecond = 1e9;
// Shorter waits would take longer than they are meant to.
constexpr Duration kAhead = std::chrono::milliseconds(10);
constexpr Duration kLongest = std::chrono::hours(24 * 365);

}  // namespace

void RateLimit::pay(Duration now) {
  const auto elapsed = static_cast<double>((now - paid_until_).count());
  debt_ = std::max(0.0, debt_ - elapsed * static_cast<double>(per_second_));
  paid_until_ = now;
}

void RateLimit::set(std::int64_t per_second, Duration now) {
  pay(now);
  per_second_ = per_second;
}

Duration RateLimit::wait(Duration now) {
  if (per_second_ == kUnlimitedRate) return Duration(0);
  pay(now);
  const double wait = std::ceil(debt_ / static_cast<double>(per_second_));
  if (wait <= static_cast<double>(kAhead.count())) return Duration(0);
  return Duration(static_cast<std::int64_t>(std::min(wait, static_cast<double>(kLongest.count()))));
}

void RateLimit::take(std::uint64_t records, Duration now) {
  if (per_second_ == kUnlimitedRate) return;
  pay(now);
  debt_ += static_cast<double>(records) * kSecond;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
