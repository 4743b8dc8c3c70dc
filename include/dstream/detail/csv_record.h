#pragma once

#include <cstdint>
#include <optional>
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

/// Appends a text field (RFC 4180): in quotes where it holds a comma, a quote or a line end, begins
/// or ends with a space, or is empty, which tells it from an empty optional; quotes are doubled.
/// All other bytes stay as they are, valid UTF-8 or not.
DSTREAM_EXPORT void append_csv_text(std::string& out, std::string_view text);
/// Appends a column's name; without one "_1", "_2", …
DSTREAM_EXPORT void append_csv_name(std::string& out, std::string_view name, std::size_t index);

template <class T>
inline constexpr bool kCsvOptional = false;

/// Whether T fits into one column.
template <class T>
inline constexpr bool kCsvField =
    (kShapeOf<T> == Shape::kScalar && !std::is_same_v<T, long double>) ||
    kShapeOf<T> == Shape::kText || DurationLike<T> || IsTime<T> || kCsvOptional<T>;
template <class T>
inline constexpr bool kCsvOptional<std::optional<T>> = kCsvField<T>;

template <class... Field>
consteval bool all_csv_fields(TypeList<Field...>) {
  return sizeof...(Field) > 0 && (kCsvField<std::remove_cv_t<Field>> && ...);
}

/// Whether T is a row: a plain struct, pair or tuple of fields, or one field.
template <class T>
consteval bool has_csv_form() {
  if constexpr (kShapeOf<T> == Shape::kStruct || kShapeOf<T> == Shape::kTuple) {
    return all_csv_fields(typename TypeParts<T>::List());
  } else {
    return kCsvField<T>;
  }
}

template <class T>
void append_csv_field(std::string& out, const T& value) {
  if constexpr (DurationLike<T>) {
    append_scalar(out, value.count());
  } else if constexpr (IsTime<T>) {
    append_number(out, value.ms());
  } else if constexpr (std::is_same_v<T, char>) {
    append_csv_text(out, {&value, 1});
  } else if constexpr (kShapeOf<T> == Shape::kText) {
    append_csv_text(out, text_of(value));
  } else if constexpr (kShapeOf<T> == Shape::kOptional) {
    if (value.has_value()) append_csv_field(out, *value);
  } else {
    append_scalar(out, value);
  }
}

template <class... Field>
void append_csv_fields(std::string& out, const Field&... fields) {
  [[maybe_unused]] const char* separator = "";
  ((append_text(out, separator), separator = ",", append_csv_field(out, fields)), ...);
}

template <class T>
void append_csv_row(std::string& out, const T& record) {
  if constexpr (kShapeOf<T> == Shape::kStruct) {
    apply_fields(record, [&out](const auto&... field) { append_csv_fields(out, field...); });
  } else if constexpr (kShapeOf<T> == Shape::kTuple) {
    std::apply([&out](const auto&... part) { append_csv_fields(out, part...); }, record);
  } else {
    append_csv_field(out, record);
  }
  append_text(out, "\n");
}

template <class T>
void append_csv_header(std::string& out) {
  if constexpr (kShapeOf<T> == Shape::kStruct) {
    for (std::size_t i = 0; i < field_count<T>; ++i) append_csv_name(out, field_names<T>[i], i);
  } else if constexpr (kShapeOf<T> == Shape::kTuple) {
    for (std::size_t i = 0; i < std::tuple_size_v<T>; ++i) append_csv_name(out, {}, i);
  } else {
    append_csv_name(out, "value", 0);
  }
  append_text(out, "\n");
}

template <class T>
void begin_csv_file(std::string& out, const FilesOutput& output) {
  if (output.csv_header()) append_csv_header<T>(out);
}
template <class T>
void append_csv_record(std::string& out, const void* record) {
  append_csv_row(out, *static_cast<const T*>(record));
}

/// Files of comma-separated values.
template <class T>
inline constexpr FileFormat kCsvFormat{&append_csv_record<T>, &begin_csv_file<T>, nullptr, false};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
