#include "json_number.h"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// The end of an exponent, from behind its 'e' on; null where it has no digits.
const char* after_exponent(const char* p) {
  if (*p == '+' || *p == '-') ++p;
  const char* const first = p;
  while (is_json_digit(*p)) ++p;
  return p == first ? nullptr : p;
}

bool read_long_number(const char* begin, const char* end, double& to) {
  return end != nullptr && ends_json_scalar(*end) &&
         std::from_chars(begin, end, to).ec == std::errc();
}

}  // namespace

bool read_json_number(const char* begin, double& to) {
  const bool negative = *begin == '-';
  std::uint64_t digits = 0;
  const char* p = json_digits(begin + (negative ? 1 : 0), digits);
  if (p == nullptr) return false;
  std::ptrdiff_t fraction = 0;
  if (*p == '.') {
    const char* const first = ++p;
    for (; is_json_digit(*p); ++p) digits = digits * 10 + static_cast<std::uint64_t>(*p - '0');
    fraction = p - first;
    if (fraction == 0) return false;
  }
  if (*p == 'e' || *p == 'E') return read_long_number(begin, after_exponent(p + 1), to);
  if (p - begin > 18 || digits >> 53 != 0) return read_long_number(begin, p, to);
  // Both operands are exact, so the quotient is rounded once (Clinger 1990).
  static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                       1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  const double value = static_cast<double>(digits) / kPowers[fraction];
  to = negative ? -value : value;
  return ends_json_scalar(*p);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
