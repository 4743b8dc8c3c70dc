#pragma once

#include <cstddef>
#include <cstdint>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Calls `found(i)` for each key of a block and writes to `away` those that it does not find;
/// returns their number. Without a branch, since nobody can predict which keys are new or not
/// where their search begins: only for those a search with branches pays.
template <class Found>
std::size_t sift(std::size_t count, std::uint8_t* away, const Found& found) {
  std::size_t strangers = 0;
  for (std::size_t i = 0; i < count; ++i) {
    away[strangers] = static_cast<std::uint8_t>(i);
    strangers += found(i) ? 0 : 1;
  }
  return strangers;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
