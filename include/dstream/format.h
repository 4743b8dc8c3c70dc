#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/detail/type_parts.h>
#include <dstream/export.h>
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

// Out of line: they would cost every user of the header more to compile than they cost to call.
DSTREAM_EXPORT void append_number(std::string& out, std::int64_t number);
DSTREAM_EXPORT void append_number(std::string& out, std::uint64_t number);
DSTREAM_EXPORT void append_number(std::string& out, double number);
DSTREAM_EXPORT void append_number(std::string& out, float number);
DSTREAM_EXPORT void append_text(std::string& out, std::string_view text);
DSTREAM_EXPORT void append_quoted(std::string& out, std::string_view text);

template <class T>
void append_scalar(std::string& out, T value) {
  if constexpr (std::is_enum_v<T>) {
    append_scalar(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_same_v<T, bool>) {
    append_text(out, value ? "true" : "false");
  } else if constexpr (std::is_same_v<T, char>) {
    append_text(out, {&value, 1});
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
    value.has_value() ? append_member(out, *value) : append_text(out, "none");
  } else {
    format_value(out, value);
  }
}

template <class T>
void append_struct(std::string& out, const T& value) {
  apply_fields(value, [&out](const auto&... field) {
    [[maybe_unused]] const std::string_view* name = field_names<T>.data();
    [[maybe_unused]] const char* separator = "{";
    const auto append = [&](const auto& one) {
      append_text(out, separator);
      separator = ", ";
      append_text(out, *name);
      if (!name->empty()) append_text(out, ": ");
      ++name;
      append_member(out, one);
    };
    (append(field), ...);
    append_text(out, sizeof...(field) == 0 ? "{}" : "}");
  });
}

template <class T>
void append_elements(std::string& out, const T& value) {
  append_text(out, "[");
  const char* separator = "";
  for (const auto& element : value) {
    append_text(out, separator);
    separator = ", ";
    append_member(out, element);
  }
  append_text(out, "]");
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

namespace detail {

/// Fails to compile, with a message that says what to do, unless `T` is Printable.
template <class T>
constexpr void check_printable() {
  constexpr bool kCanBePrinted = Printable<T>;  // not the concept: its failure adds notes
  static_assert(kCanBePrinted,
                "dstream: this type cannot be printed: make it a plain struct, or give it, in its "
                "own namespace, a function void format_append(std::string& out, const U& u)");
}

}  // namespace detail

/// Appends `value` to `out` as people read it. Text stands plain by itself and in pairs and tuples,
/// which print as `(key,value)`; structs print as `{name: "x", count: 1}` (without names where
/// `kHasFieldNames` is false), vectors and arrays as `["x", "y"]`, an empty optional as `none`,
/// a `Time` as whole milliseconds since the epoch.
/// Floats print with the fewest digits that read back as the same value.
template <class T>
void format_value(std::string& out, const T& value) {
  using detail::Shape;
  constexpr Shape kShape = detail::kShapeOf<T>;
  if constexpr (!Printable<T>) {
    detail::check_printable<T>();
  } else if constexpr (detail::HasFormatAppend<T>) {
    format_append(out, value);
  } else if constexpr (detail::DurationLike<T>) {
    detail::append_scalar(out, value.count());
    detail::append_text(out, detail::duration_unit<T>());
  } else if constexpr (detail::IsTime<T>) {
    detail::append_number(out, value.ms());
    detail::append_text(out, " ms");
  } else if constexpr (kShape == Shape::kScalar) {
    detail::append_scalar(out, value);
  } else if constexpr (kShape == Shape::kText) {
    detail::append_text(out, detail::text_of(value));
  } else if constexpr (kShape == Shape::kTuple) {
    std::apply(
        [&out](const auto&... part) {
          [[maybe_unused]] const char* separator = "(";
          ((detail::append_text(out, separator), separator = ",", format_value(out, part)), ...);
          detail::append_text(out, sizeof...(part) == 0 ? "()" : ")");
        },
        value);
  } else if constexpr (kShape == Shape::kOptional) {
    value.has_value() ? format_value(out, *value) : detail::append_text(out, "none");
  } else if constexpr (kShape == Shape::kStruct) {
    detail::append_struct(out, value);
  } else {
    detail::append_elements(out, value);
  }
}

}  // namespace v1
}  // namespace dstream
