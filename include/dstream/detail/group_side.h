#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/exchange.h>
#include <dstream/detail/fold_loops.h>
#include <dstream/detail/group_slice.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/detail/keys.h>
#include <dstream/detail/plan_node.h>
#include <dstream/export.h>
#include <dstream/hash_of.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The value of a pair, for shuffles that keep every value.
template <class Pair>
struct PairValue {
  using Value = Owned<typename Pair::second_type>;
  Value first(const Pair& pair) const { return own(pair.second); }
};

/// The whole record as a value.
template <class T>
struct RecordValue {
  using Value = Owned<T>;
  Value first(const T& record) const { return own(record); }
};

/// How the library writes one parent's records of a shuffle that combines nothing: joins and groups
/// need every value.
struct GroupWriting {
  GroupTypes types;
  /// Adds the values of records.
  void (*values)(const void* records, std::size_t count, RecordColumn& to);
  /// Adds the keys of at most kCombineBlock records, and their hashes; null for text and integers,
  /// which the library adds.
  void (*keys)(const KeySource& source, const void* records, std::size_t count, KeyTexts& texts,
               GroupBuffer& to);
};

template <class T, class ValueOf>
void append_values(const void* record_bytes, std::size_t count, RecordColumn& to) {
  using V = typename ValueOf::Value;
  const T* const records = static_cast<const T*>(record_bytes);
  V* value = static_cast<V*>(to.room(count));
  for (std::size_t i = 0; i < count; ++i) {
    ::new (static_cast<void*>(value++)) V(ValueOf().first(records[i]));
    // One by one, so that those that are made are destroyed should the next throw.
    if constexpr (!kIsBytes<V>) to.added(1);
  }
  if constexpr (kIsBytes<V>) to.added(count);
}

template <class T, class K, class Keys>
void append_keys(const KeySource& source, const void* record_bytes, std::size_t count,
                 KeyTexts& texts, GroupBuffer& to) {
  typename Keys::template Block<T> keys(source, static_cast<const T*>(record_bytes), count, texts);
  K* key = static_cast<K*>(to.keys().room(count));
  for (std::size_t i = 0; i < count; ++i, ++key) {
    ::new (static_cast<void*>(key)) K(own(keys[i]));
    to.keys().added(1);
    to.add_hash(hash_of(*key, to.seed()));
  }
}

template <class T, class K, class Keys, class ValueOf>
constexpr GroupWriting make_group_writing() {
  using V = typename ValueOf::Value;
  if constexpr (kKeyKind<K> == KeyKind::kAny) {
    return {{KeyKind::kAny, &kElementType<K>, &kElementType<V>},
            &append_values<T, ValueOf>,
            &append_keys<T, K, Keys>};
  } else {
    return {{kKeyKind<K>, nullptr, &kElementType<V>}, &append_values<T, ValueOf>, nullptr};
  }
}

/// `Keys` is void for text and integers, see LoopKeys.
template <class T, class K, class Keys, class ValueOf>
inline constexpr GroupWriting kGroupWriting = make_group_writing<T, K, Keys, ValueOf>();

/// One of the streams that a shuffle groups.
struct GroupParent {
  const PlanNodePtr& node;
  const GroupWriting& writing;
  KeySource keys;
};

/// A shuffle of one parent or two that brings all values of a key together.
DSTREAM_EXPORT PlanNodePtr make_group_node(const Origin& origin, std::string_view element_type,
                                           KeyPartitions partitions,
                                           CoExchange::ReaderFactory make_reader, GroupParent first,
                                           GroupParent* second = nullptr);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
