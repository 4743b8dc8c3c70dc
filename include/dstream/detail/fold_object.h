#pragma once

#include <type_traits>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The fold behind a pointer, which is null where the fold holds nothing.
template <class Fold>
inline constexpr bool kStateless =
    std::is_empty_v<Fold> && std::is_trivially_default_constructible_v<Fold>;
template <class Fold>
const Fold& fold_at(const void* fold) noexcept {
  if constexpr (kStateless<Fold>) {
    static constexpr Fold kFold{};
    return kFold;
  } else {
    return *static_cast<const Fold*>(fold);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
