#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/field_names.h>
#include <dstream/reflect.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a JSON value is read into.
enum class JsonKind : std::uint8_t {
  boolean,
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
  string,
  view,      ///< std::string_view
  list,      ///< std::vector
  optional,  ///< std::optional
  object,    ///< a plain struct
};

struct JsonField;

/// A type as the reader of JSON sees it; valid for ever.
struct JsonType {
  JsonKind kind;
  const JsonType* element = nullptr;  ///< of a list or optional
  const JsonField* (*fields)() =
      nullptr;  ///< of an object; a function, since a type may hold itself
  std::size_t field_count = 0;
  void* (*add)(void* to) = nullptr;   ///< makes the optional's value, or one more of the list
  void (*clear)(void* to) = nullptr;  ///< empties the optional or list
};

struct JsonField {
  std::string_view name;
  const JsonType* type;
  std::size_t offset;                     ///< of the field in its object, in bytes
  std::array<unsigned char, 8> quoted{};  ///< how the name and the quote behind it begin
  std::array<unsigned char, 8> mask{};    ///< 0xff where `quoted` has a character

  constexpr JsonField() : type(nullptr), offset(0) {}
  constexpr JsonField(std::string_view its_name, const JsonType* its_type, std::size_t its_offset)
      : name(its_name), type(its_type), offset(its_offset) {
    for (std::size_t i = 0; i < quoted.size() && i <= name.size(); ++i) {
      quoted[i] = static_cast<unsigned char>(i == name.size() ? '"' : name[i]);
      mask[i] = 0xff;
    }
  }
};

template <class T>
struct JsonElement {
  using type = void;
  static constexpr JsonKind kKind = JsonKind::object;
};
template <class T>
struct JsonElement<std::optional<T>> {
  using type = T;
  static constexpr JsonKind kKind = JsonKind::optional;
  static void* add(void* to) { return &static_cast<std::optional<T>*>(to)->emplace(); }
  static void clear(void* to) { static_cast<std::optional<T>*>(to)->reset(); }
};
template <class T>
struct JsonElement<std::vector<T>> {
  using type = T;
  static constexpr JsonKind kKind = JsonKind::list;
  static void* add(void* to) { return &static_cast<std::vector<T>*>(to)->emplace_back(); }
  static void clear(void* to) { static_cast<std::vector<T>*>(to)->clear(); }
};
// Its elements are no objects that one could point at.
template <>
struct JsonElement<std::vector<bool>> {
  using type = std::vector<bool>;
};

template <class T>
inline constexpr bool kIsJsonNumber =
    std::is_same_v<T, float> || std::is_same_v<T, double> ||
    (std::is_integral_v<T> && !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> &&
     !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>);

// A struct that holds itself, in a vector, is taken to be readable where it is asked again.
template <class T, class... Above>
consteval bool has_json_reader();

template <class... Above, class... Field>
consteval bool have_json_readers(TypeList<Field...>) {
  return (has_json_reader<Field, Above...>() && ...);
}

template <class T, class... Above>
consteval bool has_json_reader() {
  using Element = typename JsonElement<T>::type;
  if constexpr ((std::is_same_v<T, Above> || ...)) {
    return true;
  } else if constexpr (kIsJsonNumber<T> || std::is_same_v<T, std::string> ||
                       std::is_same_v<T, std::string_view>) {
    return true;
  } else if constexpr (std::is_same_v<T, Element>) {
    return false;
  } else if constexpr (!std::is_void_v<Element>) {
    return has_json_reader<Element, Above...>();
  } else if constexpr (PlainStruct<T>) {
    return field_count<T> > 0 && have_json_readers<T, Above...>(FieldTypes<T>());
  } else {
    return false;
  }
}

template <class T>
constexpr JsonKind number_kind() {
  if constexpr (std::is_same_v<T, bool>) {
    return JsonKind::boolean;
  } else if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 4 ? JsonKind::float32 : JsonKind::float64;
  } else {
    constexpr auto kFirst = std::is_signed_v<T> ? JsonKind::int8 : JsonKind::uint8;
    constexpr int kWidth = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return static_cast<JsonKind>(static_cast<int>(kFirst) + kWidth);
  }
}

template <class T>
const JsonField* json_fields();

template <class T>
constexpr JsonType make_json_type();

template <class T>
inline constexpr JsonType kJsonType = make_json_type<T>();

template <class T>
constexpr JsonType make_json_type() {
  using Element = JsonElement<T>;
  if constexpr (std::is_same_v<T, std::string>) {
    return {.kind = JsonKind::string};
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return {.kind = JsonKind::view};
  } else if constexpr (kIsJsonNumber<T>) {
    return {.kind = number_kind<T>()};
  } else if constexpr (!std::is_void_v<typename Element::type>) {
    return {.kind = Element::kKind,
            .element = &kJsonType<typename Element::type>,
            .add = &Element::add,
            .clear = &Element::clear};
  } else {
    return {.kind = JsonKind::object, .fields = &json_fields<T>, .field_count = field_count<T>};
  }
}

/// The fields of T with their places, which an object of T tells.
template <class T>
const JsonField* json_fields() {
  static const auto kFields = [] {
    T object{};
    const auto* const base = reinterpret_cast<const char*>(&object);
    std::array<JsonField, field_count<T>> fields{};
    std::size_t i = 0;
    for_each_field(object, [&]<class Field>(Field& field) {
      fields[i] = {field_names<T>[i], &kJsonType<std::remove_const_t<Field>>,
                   static_cast<std::size_t>(reinterpret_cast<const char*>(&field) - base)};
      ++i;
    });
    return fields;
  }();
  return kFields.data();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
