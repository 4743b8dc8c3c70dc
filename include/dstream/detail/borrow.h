#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

/// A T that looks into an Owned<T>: the way back from own(). Valid as long as `owned` is.
template <class T>
T borrow(const Owned<T>& owned) {
  if constexpr (std::is_same_v<T, Owned<T>> || std::is_same_v<T, std::string_view>) {
    return owned;
  } else if constexpr (kIsOptional<T>) {
    return owned ? T(borrow<typename T::value_type>(*owned)) : T();
  } else if constexpr (kIsVector<T>) {
    T result;
    result.reserve(owned.size());
    for (const auto& element : owned) result.push_back(borrow<typename T::value_type>(element));
    return result;
  } else {
    return [&owned]<std::size_t... I>(std::index_sequence<I...>) {
      return T{borrow<std::tuple_element_t<I, T>>(std::get<I>(owned))...};
    }(std::make_index_sequence<std::tuple_size_v<T>>());
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
