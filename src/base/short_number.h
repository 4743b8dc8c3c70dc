#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

#include "dstream/detail/field_reader.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// The readers below look at so many bytes before the end of a text, whatever its length.
inline constexpr std::size_t kShortNumber = 16;

inline constexpr std::uint64_t kEveryByte = 0x0101010101010101;

/// The 8 bytes before `end`, the last one in the highest place.
inline std::uint64_t bytes_before(const char* end) noexcept {
  std::uint64_t bytes;
  std::memcpy(&bytes, end - sizeof bytes, sizeof bytes);
  return std::endian::native == std::endian::little ? bytes : __builtin_bswap64(bytes);
}

/// The value of each of the last `count` characters as a digit, and 0 in front: 16 in two words,
/// so that no loop depends on how many there are.
struct DigitBytes {
  DigitBytes(const char* end, std::size_t count) noexcept {
    const auto last = [](const char* to, std::size_t most) {
      return (bytes_before(to) ^ kEveryByte * '0') & ~std::uint64_t{0} << (64 - 8 * most);
    };
    low = last(end, count < 8 ? count : 8);
    high = count <= 8 ? 0 : last(end - 8, count - 8);
  }

  bool all_digits() const noexcept {
    const auto beyond = [](std::uint64_t word) { return (word + kEveryByte * 0x76) | word; };
    return ((beyond(low) | beyond(high)) & kEveryByte * 0x80) == 0;
  }
  /// Pairs of digits, then fours, then eight at once (Lemire: Quickly parsing eight digits, 2018).
  std::uint64_t value() const noexcept {
    const auto of_eight = [](std::uint64_t word) {
      constexpr std::uint64_t kPairs = 0x000000ff000000ff;
      word = word * 10 + (word >> 8);
      return ((word & kPairs) * (100 + (std::uint64_t{1'000'000} << 32)) +
              (word >> 16 & kPairs) * (1 + (std::uint64_t{10'000} << 32))) >>
             32;
    };
    return of_eight(high) * 100'000'000 + of_eight(low);
  }
  /// Takes a point out, if there is one: gives the number of characters behind it, or kShortNumber
  /// without one.
  std::size_t remove_point() noexcept {
    constexpr std::uint64_t kPoint = kEveryByte * ('.' ^ '0');
    const auto find = [](std::uint64_t word) {
      return (word - kEveryByte) & ~word & kEveryByte * 0x80;
    };
    if (const std::uint64_t found = find(low ^ kPoint); found != 0) {
      const auto bit = static_cast<unsigned>(std::countr_zero(found)) - 7;
      low = without_byte(low, bit) | high >> 56;
      high <<= 8;
      return 7 - bit / 8;
    }
    const std::uint64_t found = find(high ^ kPoint);
    if (found == 0) return kShortNumber;
    const auto bit = static_cast<unsigned>(std::countr_zero(found)) - 7;
    high = without_byte(high, bit);
    return 15 - bit / 8;
  }

  std::uint64_t low;
  std::uint64_t high;

 private:
  /// The bytes below the one that begins at `bit` move up by one.
  static std::uint64_t without_byte(std::uint64_t word, unsigned bit) noexcept {
    const std::uint64_t below = (std::uint64_t{1} << bit) - 1;
    return (word & ~(below << 8 | 0xff)) | (word & below) << 8;
  }
};

/// As read_number(), for text with kShortNumber bytes before its end that may be read: short
/// numbers without a branch per digit.
template <class T>
bool read_number_behind(std::string_view text, T& to) noexcept {
  constexpr bool kSigned = std::is_signed_v<T>;
  const bool negative = kSigned && !text.empty() && text.front() == '-';
  const std::size_t size = text.size() - static_cast<std::size_t>(negative);
  if (size - 1 < kShortNumber) [[likely]] {
    DigitBytes digits(text.data() + text.size(), size);
    if constexpr (std::is_same_v<T, double>) {
      const std::size_t decimals = digits.remove_point();
      const bool point = decimals != kShortNumber;
      if (digits.all_digits() && (point ? decimals != 0 && decimals + 1 != size : size < 16)) {
        to = static_cast<double>(static_cast<std::int64_t>(digits.value()));
        if (point) to /= kPowersOfTen[decimals];
        if (negative) to = -to;
        return true;
      }
    } else {
      const std::uint64_t value = digits.value();
      if (digits.all_digits() && value <= std::uint64_t{std::numeric_limits<T>::max()}) {
        to = static_cast<T>(negative ? 0 - value : value);
        return true;
      }
    }
  }
  return read_number(text, to);
}

/// As read_bool(), for text like that: the commonest words without a branch to mispredict.
inline bool read_bool_behind(std::string_view text, bool& to) noexcept {
  const std::uint64_t bytes = bytes_before(text.data() + text.size());
  const bool yes = (text.size() == 4) & (bytes >> 32 == 0x65757274);   // "true"
  const bool no = (text.size() == 5) & (bytes >> 24 == 0x65736c6166);  // "false"
  if (yes | no) [[likely]] {
    to = yes;
    return true;
  }
  return read_bool(text, to);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
