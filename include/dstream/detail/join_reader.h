#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include <dstream/detail/exchange.h>
#include <dstream/detail/group_slice.h>
#include <dstream/detail/record_column.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Which records of a join stay although their key is on one side only.
enum class Join : std::uint8_t { inner, left_outer, right_outer, full_outer };

constexpr bool keeps_left(Join join) {
  return join == Join::left_outer || join == Join::full_outer;
}
constexpr bool keeps_right(Join join) {
  return join == Join::right_outer || join == Join::full_outer;
}

/// What a join gives: a side that may be missing is optional.
template <Join kJoin, class K, class V, class W>
using Joined = std::pair<K, std::pair<std::conditional_t<keeps_right(kJoin), std::optional<V>, V>,
                                      std::conditional_t<keeps_left(kJoin), std::optional<W>, W>>>;

/// One result of a join: where its key and its values lie; null where a side is missing.
struct JoinMatch {
  const void* key;  ///< the cell
  const void* left;
  const void* right;
};

/// How the library reads a join.
struct JoinReading {
  Join join;
  KeyKind kind;
  KeyEqual equal;
  const ElementType* result;
  std::size_t chunk;  ///< results handed on at once
  /// Makes a result of each match at `to` and counts them one by one.
  void (*emit)(const JoinMatch* matches, std::size_t count, void* to, std::size_t& made);
};

/// A side of a result: Side is V, or an optional V.
template <class Side, class V>
Side joined_side(const void* value) {
  if constexpr (std::is_same_v<Side, V>) {
    return *static_cast<const V*>(value);
  } else {
    return value != nullptr ? Side(*static_cast<const V*>(value)) : Side();
  }
}

template <class Result, class K, class V, class W>
void emit_joined(const JoinMatch* matches, std::size_t count, void* to, std::size_t& made) {
  using Values = typename Result::second_type;
  for (const JoinMatch* match = matches; match != matches + count; ++match, ++made) {
    ::new (to) Result(key_in<K>(match->key, 0),
                      Values(joined_side<typename Values::first_type, V>(match->left),
                             joined_side<typename Values::second_type, W>(match->right)));
    to = static_cast<Result*>(to) + 1;
  }
}

template <Join kJoin, class K, class V, class W>
inline constexpr JoinReading kJoinReading{kJoin,
                                          kKeyKind<K>,
                                          equality_of<K>(),
                                          &kResultType<Joined<kJoin, K, V, W>>,
                                          chunk_capacity<Joined<kJoin, K, V, W>>(),
                                          &emit_joined<Joined<kJoin, K, V, W>, K, V, W>};

/// Reads the partition of a shuffle with two parents as a hash join: per key group a table of the
/// right side, probed by the left one. Order: by key group; within it the left records in slice
/// order, each with its matches on the right in slice order; then right records without a match.
DSTREAM_EXPORT ReaderPtr make_join_reader(const JoinReading& reading);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
