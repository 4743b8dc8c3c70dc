#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Calls `body(size)` with an integral_constant for the common sizes of small records, so that each
/// copy is a few instructions, and with a plain number for others, where it is a call.
template <class Body>
void with_record_size(std::size_t size, const Body& body) {
  switch (size) {
    case 4:
      return body(std::integral_constant<std::size_t, 4>());
    case 8:
      return body(std::integral_constant<std::size_t, 8>());
    case 16:
      return body(std::integral_constant<std::size_t, 16>());
    case 24:
      return body(std::integral_constant<std::size_t, 24>());
    case 32:
      return body(std::integral_constant<std::size_t, 32>());
    default:
      return body(size);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
