#pragma once

#include <cstdint>

namespace dstream {
inline namespace v1 {
namespace detail {

inline bool is_json_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// Whether a number or literal may end before this character.
inline bool ends_json_scalar(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Digits from `p` on, without a zero ahead of others, appended to `number`, which may overflow. Gives
/// the end; null for none.
inline const char* json_digits(const char* p, std::uint64_t& number) {
  const char* const begin = p;
  for (; is_json_digit(*p); ++p) number = number * 10 + static_cast<std::uint64_t>(*p - '0');
  return p == begin || (*begin == '0' && p - begin > 1) ? nullptr : p;
}

/// Reads the JSON number at `begin`, rounded correctly; some character behind it must be none of a
/// number. False for what is no number, or none that a double has room for.
bool read_json_number(const char* begin, double& to);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
