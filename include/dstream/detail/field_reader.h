#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <dstream/detail/borrow.h>
#include <dstream/export.h>
#include <dstream/field_text.h>
#include <dstream/text.h>

namespace dstream {
inline namespace v1 {

namespace detail {

template <class T>
concept HasFieldText = requires(std::string_view text, T& to) {
  { FieldText<T>::read(text, to) } -> std::convertible_to<bool>;
};

template <class T>
inline constexpr bool kIsFieldNumber = ParsableNumber<T> && !std::is_same_v<T, char>;

/// Whether a field of T can be read from text.
template <class T>
consteval bool has_field_reader() {
  if constexpr (HasFieldText<T> || kIsFieldNumber<T> || std::is_same_v<T, bool> ||
                std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    return true;
  } else if constexpr (kIsOptional<T>) {
    return !kIsOptional<typename T::value_type> && has_field_reader<typename T::value_type>();
  } else {
    return false;
  }
}

/// "true", "false" in small, capital or title case, "1" and "0".
DSTREAM_EXPORT bool read_bool(std::string_view text, bool& to) noexcept;

/// All that are exact and that read_short_double() needs.
inline constexpr double kPowersOfTen[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/// Reads "-123.45": up to 15 digits and no exponent, of which the quotient of two whole numbers is
/// the nearest double (Clinger: How to Read Floating Point Numbers Accurately, PLDI 1990). False for
/// any other text, number or not.
inline bool read_short_double(std::string_view text, double& to) noexcept {
  constexpr std::size_t kMostDigits = 15;
  const char* p = text.data();
  const char* const end = p + text.size();
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  const char* const begin = p;
  std::int64_t digits = 0;
  const auto read_digits = [&] {
    for (; p != end; ++p) {
      const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
      if (digit > 9) break;
      digits = digits * 10 + digit;
    }
  };
  if (static_cast<std::size_t>(end - p) > kMostDigits + 1) return false;
  read_digits();
  auto count = static_cast<std::size_t>(p - begin);
  if (count == 0) return false;
  std::size_t decimals = 0;
  if (p != end && *p == '.') {
    const char* const point = p++;
    read_digits();
    decimals = static_cast<std::size_t>(p - point) - 1;
    if (decimals == 0) return false;
    count += decimals;
  }
  if (p != end || count > kMostDigits) return false;
  to = static_cast<double>(digits) / kPowersOfTen[decimals];
  if (negative) to = -to;
  return true;
}

/// As parse<T>: most numbers are short, and are read without a call.
template <class T>
bool read_number(std::string_view text, T& to) noexcept {
  if constexpr (std::is_integral_v<T>) {
    // So many digits fit whatever they are.
    constexpr std::size_t kSafe = std::numeric_limits<T>::digits10;
    const char* p = text.data();
    const char* const end = p + text.size();
    const bool negative = std::is_signed_v<T> && p != end && *p == '-';
    if (negative) ++p;
    const auto digits = static_cast<std::size_t>(end - p);
    if (digits - 1 < kSafe) {
      std::uint64_t value = 0;
      for (; p != end; ++p) {
        const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
        if (digit > 9) break;
        value = value * 10 + digit;
      }
      if (p == end) {
        to = static_cast<T>(negative ? 0 - value : value);
        return true;
      }
    }
  }
  if constexpr (std::is_same_v<T, double>) {
    if (read_short_double(text, to)) return true;
  }
  const std::optional<T> value = parse<T>(text);
  if (value) to = *value;
  return value.has_value();
}

/// Reads one field; false where the text is none of its type. A view points at the text.
template <class T>
bool read_field(std::string_view text, T& to) {
  if constexpr (HasFieldText<T>) {
    return FieldText<T>::read(text, to);
  } else if constexpr (kIsOptional<T>) {
    return read_field(text, to.emplace());
  } else if constexpr (std::is_same_v<T, bool>) {
    return read_bool(text, to);
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    to = text;
    return true;
  } else {
    return read_number(text, to);
  }
}

/// What is said of text that is no T.
template <class T>
constexpr const char* wanted_text() {
  if constexpr (HasFieldText<T>) {
    return "what the field takes";
  } else if constexpr (kIsOptional<T>) {
    return wanted_text<typename T::value_type>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return "true or false";
  } else if constexpr (std::is_integral_v<T>) {
    return "a whole number in the field's range";
  } else {
    return "a number";
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
