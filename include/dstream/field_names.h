#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <dstream/reflect.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// g++ takes pointers to subobjects as template arguments; clang does so from version 18.
#if defined(__clang__) && __clang_major__ < 18
#define DSTREAM_DETAIL_FIELD_NAMES 0
#else
#define DSTREAM_DETAIL_FIELD_NAMES 1
#endif

#if DSTREAM_DETAIL_FIELD_NAMES

// An object that is declared only: the addresses of its fields are constants.
template <class T>
struct NamedObject {
  T value;
};
template <class T>
extern const NamedObject<T> kNamedObject;

template <auto kPointer>
consteval std::string_view name_of_pointee() {
  const std::string_view text = __PRETTY_FUNCTION__;
  // "... kPointer = (& kNamedObject<...>.NamedObject<...>::value.T::field)]" (g++), or
  // "... kPointer = &kNamedObject.value.field]" (clang).
  std::size_t end = text.rfind(']');
  if (const std::size_t alias = text.find("; std::string_view"); alias != text.npos) end = alias;
  while (text[end - 1] == ')') --end;
  std::size_t start = end;
  while (text[start - 1] != ':' && text[start - 1] != '.' && text[start - 1] != '>') --start;
  return text.substr(start, end - start);
}

// No variable: for a type of an anonymous namespace it would be emitted without optimisation, and
// refer to an object that does not exist.
template <class T>
consteval auto field_pointers() {
  return apply_fields(kNamedObject<T>.value,
                      [](const auto&... fields) { return std::tuple(&fields...); });
}

template <PlainStruct T>
consteval auto field_names_of() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{
        name_of_pointee<std::get<I>(field_pointers<T>())>()...};
  }(std::make_index_sequence<field_count<T>>());
}

#else

template <PlainStruct T>
consteval auto field_names_of() {
  return std::array<std::string_view, field_count<T>>{};
}

#endif

}  // namespace detail

/// Whether this compiler tells the names of fields: g++ and clang 18 or later.
inline constexpr bool kHasFieldNames = DSTREAM_DETAIL_FIELD_NAMES != 0;

/// The names of the fields of a plain struct in order of declaration; empty strings where
/// `kHasFieldNames` is false.
template <PlainStruct T>
inline constexpr auto field_names = detail::field_names_of<T>();

#undef DSTREAM_DETAIL_FIELD_NAMES

}  // namespace v1
}  // namespace dstream
