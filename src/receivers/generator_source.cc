#include "dstream/generator_source.h"

#include <cmath>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void check_rate(double records_per_second) {
  if (std::isfinite(records_per_second) && records_per_second >= 0) return;
  throw Error(Errc::invalid_argument,
              "GeneratorOptions: records_per_second must be a finite number, 0 or more, but is " +
                  std::to_string(records_per_second));
}

std::uint64_t records_due(double records_per_second, Duration elapsed) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  if (elapsed.count() <= 0) return 0;
  // Seconds and the rest apart: their product with a whole rate is exact in a double.
  const auto seconds = static_cast<double>(elapsed.count() / kSecond);
  const auto rest = static_cast<double>(elapsed.count() % kSecond);
  const double records =
      std::floor(records_per_second * seconds + records_per_second * rest / kSecond);
  constexpr double kBeyond = 0x1p64;
  return records < kBeyond ? static_cast<std::uint64_t>(records) : UINT64_MAX;
}

std::string describe_range(std::uint64_t first, std::uint64_t end) {
  if (end <= first) return {};
  return "records " + std::to_string(first) + " to " + std::to_string(end - 1);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
