#include "base/time_format.h"

#include <chrono>

#include <fmt/format.h>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string fraction(std::int64_t ns) {
  if (ns == 0) return {};
  if (ns % 1'000'000 == 0) return fmt::format(".{:03}", ns / 1'000'000);
  if (ns % 1'000 == 0) return fmt::format(".{:06}", ns / 1'000);
  return fmt::format(".{:09}", ns);
}

}  // namespace

std::string time_of_day(Time time) {
  const std::int64_t day = time.ns() - time.floor(std::chrono::hours(24)).ns();
  const std::int64_t seconds = day / kSecond;
  return fmt::format("{:02}:{:02}:{:02}{}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     fraction(day % kSecond));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
