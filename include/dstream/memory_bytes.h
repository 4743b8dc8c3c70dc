#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <dstream/detail/type_parts.h>

namespace dstream {
inline namespace v1 {
namespace detail {

template <class T>
concept HasHeapBytes = requires(const T& value) {
  { heap_bytes(value) } -> std::convertible_to<std::size_t>;
};

template <class T>
concept SizedContainer = Container<T> && requires(const T& t) { t.size(); };

template <class T>
std::size_t owned_bytes(const T& value);

template <class T>
std::size_t elements_bytes(const T& elements) {
  std::size_t bytes = 0;
  if constexpr (!std::is_trivially_copyable_v<typename T::value_type>) {
    for (const auto& element : elements) bytes += owned_bytes(element);
  }
  return bytes;
}

// What a value owns outside of itself.
template <class T>
std::size_t owned_bytes(const T& value) {
  constexpr Shape kShape = kShapeOf<T>;
  if constexpr (HasHeapBytes<T>) {
    return heap_bytes(value);
  } else if constexpr (std::is_trivially_copyable_v<T>) {
    return 0;
  } else if constexpr (kShape == Shape::kText) {
    // Short text lies inside the string object.
    const auto offset =
        reinterpret_cast<std::uintptr_t>(value.data()) - reinterpret_cast<std::uintptr_t>(&value);
    return offset < sizeof(T) ? 0 : value.capacity() + 1;
  } else if constexpr (kShape == Shape::kTuple) {
    return std::apply(
        [](const auto&... part) { return (std::size_t{0} + ... + owned_bytes(part)); }, value);
  } else if constexpr (kShape == Shape::kStruct) {
    return apply_fields(
        value, [](const auto&... part) { return (std::size_t{0} + ... + owned_bytes(part)); });
  } else if constexpr (kShape == Shape::kOptional) {
    return value.has_value() ? owned_bytes(*value) : 0;
  } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
    return value.capacity() / 8;
  } else if constexpr (kShape == Shape::kVector) {
    return value.capacity() * sizeof(typename T::value_type) + elements_bytes(value);
  } else if constexpr (kShape == Shape::kArray) {
    std::size_t bytes = 0;
    for (const auto& element : value) bytes += owned_bytes(element);
    return bytes;
  } else if constexpr (SizedContainer<T>) {
    return value.size() * sizeof(typename T::value_type) + elements_bytes(value);
  } else {
    return 0;
  }
}

}  // namespace detail

/// Bytes of memory that `value` takes: its own size and what it owns on the heap, for accounting.
/// Allocator overhead and the nodes of maps and lists are not counted, nor what classes with
/// private fields own, unless they have a function `std::size_t heap_bytes(const U& u)` in their
/// namespace. Cost: a visit of every element that is not trivially copyable.
template <class T>
std::size_t memory_bytes(const T& value) {
  return sizeof(T) + detail::owned_bytes(value);
}

}  // namespace v1
}  // namespace dstream
