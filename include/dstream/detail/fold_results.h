#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_entry.h>
#include <dstream/detail/fold_object.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The value of a shuffle that wants the keys alone.
struct NoValue {};

/// What a keyed shuffle makes of a key's folded value: the value itself, or what the fold's
/// `Result result(Value&&)` makes of it.
template <class Fold>
struct FoldResult {
  using type = typename Fold::Value;
};
template <class Fold>
  requires requires { typename Fold::Result; }
struct FoldResult<Fold> {
  using type = typename Fold::Result;
};
template <class Fold>
using FoldResultT = typename FoldResult<Fold>::type;

/// What a shuffle by key gives: pairs of the key and the fold's result, or keys.
template <class K, class V>
using KeyedResult = std::conditional_t<std::is_same_v<V, NoValue>, K, std::pair<K, V>>;

template <class Entry>
auto key_of(Entry& entry, bool movable) {
  if constexpr (std::is_trivially_copyable_v<decltype(entry.key)>) {
    return entry.owned_key();
  } else {
    return movable ? entry.take_key() : entry.owned_key();
  }
}

template <class K, class Fold>
void emit_results(const void* fold_object, void* entry_bytes, std::size_t count, bool movable,
                  void* results, std::size_t& made) {
  using V = typename Fold::Value;
  using Entry = CombineEntry<K, V>;
  using Result = KeyedResult<K, FoldResultT<Fold>>;
  Entry* const entries = static_cast<Entry*>(entry_bytes);
  Result* to = static_cast<Result*>(results);
  for (std::size_t i = 0; i < count; ++i, ++made, ++to) {
    Entry& entry = entries[i];
    if constexpr (std::is_same_v<V, NoValue>) {
      ::new (static_cast<void*>(to)) Result(key_of(entry, movable));
    } else {
      V value = movable ? V(std::move(entry.value)) : V(std::as_const(entry.value));
      if constexpr (std::is_same_v<V, FoldResultT<Fold>>) {
        ::new (static_cast<void*>(to)) Result(key_of(entry, movable), std::move(value));
      } else {
        const Fold& fold = fold_at<Fold>(fold_object);
        ::new (static_cast<void*>(to))
            Result(key_of(entry, movable), fold.result(std::move(value)));
      }
    }
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
