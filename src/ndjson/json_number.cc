#include "ndjson/json_number.h"

#include <charconv>
#include <system_error>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

const char* after_digits(const char* p) {
  while (is_json_digit(*p)) ++p;
  return p;
}

}  // namespace

bool read_long_json_number(const char* begin, double& to) {
  // What is ahead of the exponent has been seen to be well-formed.
  const char* p = after_digits(*begin == '-' ? begin + 1 : begin);
  if (*p == '.') p = after_digits(p + 1);
  if (*p == 'e' || *p == 'E') {
    ++p;
    if (*p == '+' || *p == '-') ++p;
    if (!is_json_digit(*p)) return false;
    p = after_digits(p);
  }
  return ends_json_scalar(*p) && std::from_chars(begin, p, to).ec == std::errc();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
