#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/detail/visit_fields.h>

namespace dstream {
inline namespace v1 {

/// Whether the library may look into the fields of the aggregate `T`. Specialise as false for one
/// that shall be treated as a class with private fields: with an anonymous union, with bit-fields,
/// with references, or with more than 32 fields.
template <class T>
inline constexpr bool kReflectable = true;

namespace detail {

template <class T>
inline constexpr bool kCountable = std::is_empty_v<T> || count_fields<T>() > 0;

template <class T>
consteval bool is_plain_struct() {
  if constexpr (!std::is_class_v<T> || !std::is_aggregate_v<T> || !kReflectable<T>) {
    return false;
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    return false;  // std::array
  } else {
    return !HasBase<T> && kCountable<T>;
  }
}

// An aggregate whose fields cannot be counted, such as one with a reference.
template <class T>
consteval bool is_unreadable_aggregate() {
  if constexpr (!std::is_class_v<T> || !std::is_aggregate_v<T> || !kReflectable<T>) {
    return false;
  } else if constexpr (requires { std::tuple_size<T>::value; } || HasBase<T>) {
    return false;
  } else {
    return !kCountable<T>;
  }
}

template <class T>
inline constexpr bool kUnreadableAggregate = is_unreadable_aggregate<T>();

template <class... T>
struct TypeList {};

}  // namespace detail

/// An aggregate class without bases whose fields the library can visit: no constructors, nothing
/// private, and not opted out by `kReflectable`.
template <class T>
concept PlainStruct = detail::is_plain_struct<T>();

/// Number of fields of a plain struct; a C array counts as one field.
template <PlainStruct T>
inline constexpr std::size_t field_count = detail::count_fields<T>();

/// Calls `visit(fields...)` once with references to all fields of `object`, in order of
/// declaration, and returns what it returns. `T` may be const.
template <class T, class Visit>
  requires PlainStruct<std::remove_const_t<T>>
constexpr decltype(auto) apply_fields(T& object, Visit&& visit) {
  return detail::visit_fields<field_count<std::remove_const_t<T>>>(object, visit);
}

/// Calls `visit(field)` for each field of `object` in order of declaration.
template <class T, class Visit>
  requires PlainStruct<std::remove_const_t<T>>
constexpr void for_each_field(T& object, Visit&& visit) {
  apply_fields(object, [&visit](auto&... fields) { (static_cast<void>(visit(fields)), ...); });
}

/// A tuple of references to the fields of `object`; valid as long as the object.
template <class T>
  requires PlainStruct<std::remove_const_t<T>>
constexpr auto as_tuple(T& object) {
  return apply_fields(object,
                      [](auto&... fields) { return std::tuple<decltype(fields)...>(fields...); });
}

namespace detail {

template <class T>
struct FieldTypesOf {
  static constexpr auto list = [](auto&... fields) {
    return TypeList<std::remove_const_t<std::remove_reference_t<decltype(fields)>>...>();
  };
  using type = decltype(apply_fields(std::declval<T&>(), list));
};

/// The types of a plain struct's fields, as a TypeList.
template <PlainStruct T>
using FieldTypes = typename FieldTypesOf<T>::type;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
