#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/detail/type_parts.h>
#include <dstream/field_names.h>

namespace dstream {
inline namespace v1 {

template <class T>
void format_value(std::string& out, const T& value);

namespace detail {

template <class T>
concept HasFormatAppend = requires(std::string& out, const T& value) { format_append(out, value); };

template <class T>
consteval Verdict printability_of() {
  constexpr Shape kShape = kShapeOf<T>;
  if constexpr (HasFormatAppend<T> || DurationLike<T> || IsTime<T>) {
    return Verdict::kYes;
  } else if constexpr (kShape == Shape::kLeaf) {
    return Verdict::kNo;
  } else {
    return kShape == Shape::kScalar || kShape == Shape::kText ? Verdict::kYes : Verdict::kAskParts;
  }
}

template <class T>
struct PrintsParts {
  static constexpr Verdict kVerdict = printability_of<T>();
};

// One function per kind of number, whatever its width: fewer instantiations in users' code.
inline void append_number(std::string& out, std::int64_t number) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}
inline void append_number(std::string& out, std::uint64_t number) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}
inline void append_number(std::string& out, double number) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}
inline void append_number(std::string& out, float number) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

inline void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

template <class T>
void append_scalar(std::string& out, T value) {
  if constexpr (std::is_enum_v<T>) {
    append_scalar(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, char>) {
    out += value;
  } else if constexpr (std::is_same_v<T, float>) {
    append_number(out, value);
  } else if constexpr (std::is_floating_point_v<T>) {
    append_number(out, static_cast<double>(value));
  } else if constexpr (std::is_signed_v<T>) {
    append_number(out, std::int64_t{value});
  } else {
    append_number(out, static_cast<std::uint64_t>(value));
  }
}

// Inside structs and vectors text is quoted, so that it cannot be taken for their punctuation.
template <class T>
void append_member(std::string& out, const T& value) {
  if constexpr (kShapeOf<T> == Shape::kText) {
    append_quoted(out, text_of(value));
  } else if constexpr (kShapeOf<T> == Shape::kOptional) {
    value.has_value() ? append_member(out, *value) : void(out += "none");
  } else {
    format_value(out, value);
  }
}

template <class T>
void append_struct(std::string& out, const T& value) {
  apply_fields(value, [&out](const auto&... field) {
    [[maybe_unused]] const std::string_view* name = field_names<T>.data();
    [[maybe_unused]] const char* separator = "";
    const auto append = [&](const auto& one) {
      out += separator;
      separator = ", ";
      if (!name->empty()) (out += *name) += ": ";
      ++name;
      append_member(out, one);
    };
    out += '{';
    (append(field), ...);
    out += '}';
  });
}

template <class T>
void append_elements(std::string& out, const T& value) {
  out += '[';
  const char* separator = "";
  for (const auto& element : value) {
    out += separator;
    separator = ", ";
    append_member(out, element);
  }
  out += ']';
}

template <class T>
std::string_view duration_unit() {
  constexpr auto kNum = T::period::num;
  constexpr auto kDen = T::period::den;
  if constexpr (kNum == 1 && kDen == 1'000'000'000) return " ns";
  if constexpr (kNum == 1 && kDen == 1'000'000) return " us";
  if constexpr (kNum == 1 && kDen == 1'000) return " ms";
  if constexpr (kNum == 1 && kDen == 1) return " s";
  if constexpr (kNum == 60 && kDen == 1) return " min";
  if constexpr (kNum == 3600 && kDen == 1) return " h";
  return " ticks";
}

}  // namespace detail

/// A type that `format_value` can print: numbers, enums (as numbers), text, durations; pair, tuple,
/// optional, vector, array and plain structs of these; and any type with a function
/// `void format_append(std::string& out, const U& u)` in its own namespace.
template <class T>
concept Printable = detail::holds_for_all_parts<detail::PrintsParts, std::remove_cvref_t<T>>();

/// Appends `value` to `out` as people read it. Text stands plain by itself and in pairs and tuples,
/// which print as `(key,value)`; structs print as `{name: "x", count: 1}` (without names where
/// `kHasFieldNames` is false), vectors and arrays as `["x", "y"]`, an empty optional as `none`,
/// a `Time` as whole milliseconds since the epoch.
/// Floats print with the fewest digits that read back as the same value.
template <class T>
void format_value(std::string& out, const T& value) {
  using detail::Shape;
  constexpr Shape kShape = detail::kShapeOf<T>;
  static_assert(Printable<T>,
                "dstream: this type cannot be printed: make it a plain struct, or give it, in its "
                "own namespace, a function void format_append(std::string& out, const U& u)");
  if constexpr (detail::HasFormatAppend<T>) {
    format_append(out, value);
  } else if constexpr (detail::DurationLike<T>) {
    detail::append_scalar(out, value.count());
    out += detail::duration_unit<T>();
  } else if constexpr (detail::IsTime<T>) {
    detail::append_number(out, value.ms());
    out += " ms";
  } else if constexpr (kShape == Shape::kScalar) {
    detail::append_scalar(out, value);
  } else if constexpr (kShape == Shape::kText) {
    out += detail::text_of(value);
  } else if constexpr (kShape == Shape::kTuple) {
    std::apply(
        [&out](const auto&... part) {
          [[maybe_unused]] const char* separator = "";
          out += '(';
          ((out += separator, separator = ",", format_value(out, part)), ...);
          out += ')';
        },
        value);
  } else if constexpr (kShape == Shape::kOptional) {
    value.has_value() ? format_value(out, *value) : void(out += "none");
  } else if constexpr (kShape == Shape::kStruct) {
    detail::append_struct(out, value);
  } else {
    detail::append_elements(out, value);
  }
}

}  // namespace v1
}  // namespace dstream
