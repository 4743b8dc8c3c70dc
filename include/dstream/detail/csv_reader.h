#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <dstream/decoder.h>
#include <dstream/detail/box.h>
#include <dstream/detail/csv_scanner.h>
#include <dstream/detail/decode_sink.h>
#include <dstream/detail/field_reader.h>
#include <dstream/export.h>
#include <dstream/field_names.h>
#include <dstream/reflect.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The types of fields that the library reads itself.
enum class FieldKind : std::uint8_t {
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float32,
  float64,
  boolean,
  string,
  view,
  other,  ///< by CsvFieldType::read
};

template <class T>
constexpr FieldKind field_kind() {
  if constexpr (HasFieldText<T>) {
    return FieldKind::other;
  } else if constexpr (std::is_same_v<T, bool>) {
    return FieldKind::boolean;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return FieldKind::string;
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return FieldKind::view;
  } else if constexpr (std::is_same_v<T, float>) {
    return FieldKind::float32;
  } else if constexpr (std::is_same_v<T, double>) {
    return FieldKind::float64;
  } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
    constexpr auto kFirst = std::is_signed_v<T> ? FieldKind::int8 : FieldKind::uint8;
    constexpr int kWidth = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return static_cast<FieldKind>(static_cast<int>(kFirst) + kWidth);
  } else {
    return FieldKind::other;
  }
}

/// A field of a struct as the reader of CSV sees it.
struct CsvFieldType {
  CsvColumn column;
  FieldKind kind;
  std::size_t offset;                             ///< in the struct, in bytes
  bool (*read)(std::string_view text, void* to);  ///< of other kinds
  const char* wanted;                             ///< what is said of text that is none
};

template <class T>
bool read_other_field(std::string_view text, void* to) {
  return read_field(text, *static_cast<T*>(to));
}

template <class T>
constexpr CsvFieldType csv_field_type(std::string_view name, std::size_t offset) {
  constexpr FieldKind kKind = field_kind<T>();
  CsvFieldType type{{name, kIsOptional<T>}, kKind, offset, nullptr, wanted_text<T>()};
  if constexpr (kKind == FieldKind::other) type.read = &read_other_field<T>;
  return type;
}

/// The fields of T with their places, which an object of T tells.
template <class T>
const CsvFieldType* csv_fields() {
  static const auto kFields = [] {
    T object{};
    const auto* const base = reinterpret_cast<const char*>(&object);
    std::array<CsvFieldType, field_count<T>> fields{};
    CsvFieldType* to = fields.data();
    const std::string_view* name = field_names<T>.data();
    for_each_field(object, [&]<class Field>(Field& field) {
      *to++ = csv_field_type<std::remove_const_t<Field>>(
          *name++, static_cast<std::size_t>(reinterpret_cast<const char*>(&field) - base));
    });
    return fields;
  }();
  return kFields.data();
}

/// The CSV decoder, for any struct. For one thread at a time.
class DSTREAM_EXPORT CsvReader {
 public:
  /// Throws Error{Errc::invalid_argument} for options that contradict each other.
  CsvReader(const CsvOptions& options, const CsvFieldType* fields, std::size_t field_count);
  CsvReader(const CsvReader&);
  CsvReader& operator=(const CsvReader&);
  ~CsvReader();

  SplitRule split_rule() const;
  std::size_t decode(std::string_view bytes, bool last, const DecodeSink& sink);

 private:
  class State;

  Box<State> state_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
