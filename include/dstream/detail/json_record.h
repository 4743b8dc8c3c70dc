#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <dstream/detail/files_output.h>
#include <dstream/detail/type_parts.h>
#include <dstream/export.h>
#include <dstream/field_names.h>
#include <dstream/format.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Appends a JSON string (RFC 8259): quotes, backslashes and control characters escaped; bytes that
/// are no valid UTF-8 become U+FFFD, because JSON has no other way.
DSTREAM_EXPORT void append_json_text(std::string& out, std::string_view text);
/// NaN and infinities, which JSON does not have, become null.
DSTREAM_EXPORT void append_json_number(std::string& out, double number);
DSTREAM_EXPORT void append_json_number(std::string& out, float number);
/// `{` or `,`, the name in quotes, `:`. Without a name "_1", "_2", …
DSTREAM_EXPORT void append_json_name(std::string& out, std::string_view name, std::size_t index);

template <class T>
consteval Verdict json_form_of() {
  if constexpr (DurationLike<T> || IsTime<T>) {
    return Verdict::kYes;
  } else if constexpr (kShapeOf<T> == Shape::kLeaf || std::is_same_v<T, long double>) {
    return Verdict::kNo;
  } else {
    return kShapeOf<T> == Shape::kScalar || kShapeOf<T> == Shape::kText ? Verdict::kYes
                                                                        : Verdict::kAskParts;
  }
}
template <class T>
struct JsonParts {
  static constexpr Verdict kVerdict = json_form_of<T>();
};

/// Whether T can be written as JSON: numbers, text, durations, Time; pair, tuple, optional, vector,
/// array and plain structs of these.
template <class T>
inline constexpr bool kHasJsonForm = holds_for_all_parts<JsonParts, T>();

template <class T>
void append_json(std::string& out, const T& value);

template <class Value>
void append_json_elements(std::string& out, const Value& value) {
  const char* separator = "[";
  for (const auto& element : value) {
    append_text(out, separator);
    separator = ",";
    append_json(out, element);
  }
  append_text(out, *separator == '[' ? "[]" : "]");
}

template <class... Field>
void append_json_object(std::string& out, const std::string_view* names, const Field&... fields) {
  [[maybe_unused]] std::size_t index = 0;
  ((append_json_name(out, names == nullptr ? std::string_view() : names[index], index),
    append_json(out, fields), ++index),
   ...);
  append_text(out, sizeof...(fields) == 0 ? "{}" : "}");
}

/// Appends a value: pairs and tuples as objects with the names "_1", "_2", as Spark has them;
/// structs with the names of their fields; enums as numbers; durations as their count; Time as
/// whole milliseconds; an empty optional as null.
template <class T>
void append_json(std::string& out, const T& value) {
  constexpr Shape kShape = kShapeOf<T>;
  if constexpr (DurationLike<T>) {
    append_scalar(out, value.count());
  } else if constexpr (IsTime<T>) {
    append_number(out, value.ms());
  } else if constexpr (std::is_same_v<T, char>) {
    append_json_text(out, {&value, 1});
  } else if constexpr (std::is_floating_point_v<T>) {
    append_json_number(out, value);
  } else if constexpr (kShape == Shape::kScalar) {
    append_scalar(out, value);
  } else if constexpr (kShape == Shape::kText) {
    append_json_text(out, text_of(value));
  } else if constexpr (kShape == Shape::kOptional) {
    value.has_value() ? append_json(out, *value) : append_text(out, "null");
  } else if constexpr (kShape == Shape::kTuple) {
    std::apply([&out](const auto&... part) { append_json_object(out, nullptr, part...); }, value);
  } else if constexpr (kShape == Shape::kStruct) {
    apply_fields(value, [&out](const auto&... field) {
      append_json_object(out, field_names<T>.data(), field...);
    });
  } else {
    append_json_elements(out, value);
  }
}

template <class T>
void append_json_record(std::string& out, const void* record) {
  append_json(out, *static_cast<const T*>(record));
}

/// Files of one JSON value per line.
template <class T>
inline constexpr FileFormat kNdjsonFormat{&append_json_record<T>, nullptr, nullptr, true};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
