#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <dstream/detail/callables.h>
#include <dstream/detail/type_parts.h>
#include <dstream/sort_order.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Keys as words: unsigned numbers whose order is that of the keys.

/// The number behind an enum, a Time or a duration; a number itself.
template <class K>
constexpr auto sort_number(const K& key) {
  if constexpr (std::is_enum_v<K>) {
    return static_cast<std::underlying_type_t<K>>(key);
  } else if constexpr (IsTime<K>) {
    return key.ns();
  } else if constexpr (DurationLike<K>) {
    return key.count();
  } else if constexpr (std::is_arithmetic_v<K>) {
    return key;
  }
}
template <class K>
using SortNumber = decltype(sort_number(std::declval<const K&>()));

/// Keys that have an order as words.
template <class K>
concept WordKey = std::is_arithmetic_v<SortNumber<K>> && sizeof(SortNumber<K>) <= 8;

template <WordKey K>
using SortWord = std::conditional_t<sizeof(SortNumber<K>) <= 4, std::uint32_t, std::uint64_t>;

/// The key's word. NaN, of either sign, comes after every other number in both orders; -0.0 equals
/// 0.0.
template <WordKey K>
constexpr SortWord<K> sort_word(const K& key, SortOrder order) {
  using Word = SortWord<K>;
  using Number = SortNumber<K>;
  constexpr Word kSign = Word{1} << (sizeof(Word) * 8 - 1);
  const Word flip = order == SortOrder::descending ? ~Word{0} : Word{0};
  const Number number = sort_number(key);
  if constexpr (std::is_floating_point_v<Number>) {
    if (number != number) return ~Word{0};
    const Word bits = std::bit_cast<Word>(number == 0 ? Number{0} : number);
    return ((bits & kSign) != 0 ? ~bits : bits | kSign) ^ flip;
  } else if constexpr (std::is_signed_v<Number>) {
    using Signed = std::make_signed_t<Word>;
    return (static_cast<Word>(static_cast<Signed>(number)) ^ kSign) ^ flip;
  } else {
    return static_cast<Word>(number) ^ flip;
  }
}

template <class F, class K>
concept OrderOf = std::is_invocable_r_v<bool, const F&, const K&, const K&>;

/// The natural order of keys; NaN last, whichever the direction.
struct NaturalOrder {
  SortOrder order = SortOrder::ascending;

  template <class K>
  bool operator()(const K& a, const K& b) const {
    if constexpr (std::is_floating_point_v<K>) {
      if (a != a || b != b) return a == a && b != b;
    }
    return order == SortOrder::ascending ? a < b : b < a;
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
