#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/exchange.h>
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
  /// Adds a chunk to the buffer; `keys` is what the operator takes the keys with.
  void (*append)(const void* keys, const Chunk& chunk, GroupBuffer& to);
};

template <class K, class KeyOf, class T>
void append_keys(const T* record, const T* end, const KeyOf& key_of, GroupBuffer& to) {
  if constexpr (kKeyKind<K> == KeyKind::kInteger) {
    WordCell* cell = to.add_words(static_cast<std::size_t>(end - record));
    for (; record != end; ++record)
      (cell++)->word = canonical_word(static_cast<K>(key_of(*record)));
  } else if constexpr (kKeyKind<K> == KeyKind::kText) {
    for (; record != end; ++record) to.add_text(std::string_view(key_of(*record)));
  } else {
    K* key = static_cast<K*>(to.keys().room(static_cast<std::size_t>(end - record)));
    for (; record != end; ++record) {
      ::new (static_cast<void*>(key)) K(own(key_of(*record)));
      to.keys().added(1);
      to.add_hash(hash_of(*key++, to.seed()));
    }
  }
}

template <class T, class K, class Keys, class ValueOf>
void append_records(const void* keys, const Chunk& chunk, GroupBuffer& to) {
  using V = typename ValueOf::Value;
  const T* const records = static_cast<const T*>(chunk.data);
  const T* const end = records + chunk.size;
  if constexpr (std::is_same_v<Keys, PairKey>) {
    append_keys<K>(records, end, PairKey::First(), to);
  } else {
    typename Keys::Scratch scratch;
    append_keys<K>(records, end, static_cast<const Keys*>(keys)->of({records, chunk.size}, scratch),
                   to);
  }
  V* value = static_cast<V*>(to.values().room(chunk.size));
  for (const T* record = records; record != end; ++record) {
    ::new (static_cast<void*>(value++)) V(ValueOf().first(*record));
    // One by one, so that those that are made are destroyed should the next throw.
    if constexpr (!kPlain<V>) to.values().added(1);
  }
  if constexpr (kPlain<V>) to.values().added(chunk.size);
}

template <class K, class V>
constexpr GroupTypes make_group_types() {
  if constexpr (kKeyKind<K> == KeyKind::kAny) {
    return {KeyKind::kAny, &kRecordType<K>, &kRecordType<V>};
  } else {
    return {kKeyKind<K>, nullptr, &kRecordType<V>};
  }
}

template <class T, class K, class Keys, class ValueOf>
inline constexpr GroupWriting kGroupWriting{make_group_types<K, typename ValueOf::Value>(),
                                            &append_records<T, K, Keys, ValueOf>};

/// Into how many partitions a shuffle goes, and which holds a key.
struct GroupPartitions {
  std::uint32_t count = 0;               ///< 0: the context's default
  std::shared_ptr<const void> function;  ///< of the partitioner
  decltype(GroupPartitioner::call) call = nullptr;
};

template <class K>
std::uint32_t group_partition(const void* partitions, const void* cell, std::uint32_t count) {
  const auto& by = *static_cast<const KeyPartitions<K>*>(partitions);
  if constexpr (kKeyKind<K> == KeyKind::kText) {
    return by(text_of_key(static_cast<const TextCell*>(cell)->key), count);
  } else {
    return by(key_in<K>(cell, 0), count);
  }
}

/// What an operator's last parameter says, see key_partitions().
template <class K, class P>
GroupPartitions group_partitions(P given, const Origin& origin) {
  if constexpr (kIsPartitionBy<P>) {
    using By = KeyPartitions<K>;
    const By by = key_partitions<K>(std::move(given), origin);
    return {by.count, keep(new By(by), &destroy_object<By>), &group_partition<K>};
  } else {
    return {key_partitions<K>(std::move(given), origin).count, nullptr, nullptr};
  }
}

template <class Keys>
std::shared_ptr<const void> keep_keys(const void* keys) {
  return keep(new Keys(*static_cast<const Keys*>(keys)), &destroy_object<Keys>);
}

/// One of the streams that a shuffle groups.
struct GroupParent {
  const PlanNodePtr& node;
  const GroupWriting& writing;
  const void* keys;  ///< what the operator takes the keys with; null where that is no object
  std::shared_ptr<const void> (*keep)(const void* keys);  ///< copies it
};

/// A shuffle of one parent or two that brings all values of a key together.
DSTREAM_EXPORT PlanNodePtr make_group_node(const Origin& origin, std::string_view element_type,
                                           GroupPartitions partitions,
                                           CoExchange::ReaderFactory make_reader,
                                           const GroupParent& first,
                                           const GroupParent* second = nullptr);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
