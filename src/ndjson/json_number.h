#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dstream {
inline namespace v1 {
namespace detail {

inline bool is_json_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// Whether a number or literal may end before this character.
inline bool ends_json_scalar(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Appends eight digits at `p` to `number` where they are eight digits (Lemire, "Quickly parsing eight
/// digits", 2018).
inline bool eight_json_digits(const char* p, std::uint64_t& number) {
  std::uint64_t text;
  std::memcpy(&text, p, sizeof text);
  constexpr std::uint64_t kHigh = 0xF0F0F0F0F0F0F0F0U;
  constexpr std::uint64_t kZeros = 0x3030303030303030U;
  if (((text & kHigh) ^ kZeros) != 0 || ((text + 0x0606060606060606U) & kHigh) != kZeros)
    return false;
  text = ((text & 0x0F0F0F0F0F0F0F0FU) * 2561) >> 8;
  text = ((text & 0x00FF00FF00FF00FFU) * 6553601) >> 16;
  text = ((text & 0x0000FFFF0000FFFFU) * 42949672960001U) >> 32;
  number = number * 100'000'000 + text;
  return true;
}

/// Digits from `p` on, without a zero ahead of others, appended to `number`, which may overflow. Gives
/// the end; null for none. At least the bytes up to `readable_end` may be read.
inline const char* json_digits(const char* p, const char* readable_end, std::uint64_t& number) {
  const char* const begin = p;
  if constexpr (std::endian::native == std::endian::little) {
    if (readable_end - p >= 8 && eight_json_digits(p, number)) p += 8;
  }
  for (; is_json_digit(*p); ++p) number = number * 10 + static_cast<std::uint64_t>(*p - '0');
  return p == begin || (*begin == '0' && p - begin > 1) ? nullptr : p;
}

/// read_json_number() for numbers with an exponent or many digits.
bool read_long_json_number(const char* begin, double& to);

/// Reads the JSON number at `begin`, rounded correctly; some character behind it must be none of a
/// number. False for what is no number, or none that a double has room for.
inline bool read_json_number(const char* begin, double& to) {
  const bool negative = *begin == '-';
  std::uint64_t digits = 0;
  const char* p = json_digits(begin + (negative ? 1 : 0), begin, digits);
  if (p == nullptr) return false;
  std::ptrdiff_t fraction = 0;
  if (*p == '.') {
    const char* const first = ++p;
    for (; is_json_digit(*p); ++p) digits = digits * 10 + static_cast<std::uint64_t>(*p - '0');
    fraction = p - first;
    if (fraction == 0) return false;
  }
  if (p - begin > 18 || digits >> 53 != 0 || !ends_json_scalar(*p)) {
    return read_long_json_number(begin, to);
  }
  // Both operands are exact, so the quotient is rounded once (Clinger 1990).
  static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                       1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  const double value = static_cast<double>(digits) / kPowers[fraction];
  to = negative ? -value : value;
  return true;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
