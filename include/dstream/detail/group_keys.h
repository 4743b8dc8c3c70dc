#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/detail/combine_index.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/text_key.h>
#include <dstream/hash_of.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// A key of an entry, small enough to be copied: text and integers as entries hold them, others by
/// their address. Valid as long as the entry's slice.
template <class K, KeyKind kKind = kKeyKind<K>>
struct EntryKey {
  const K* key;
  template <class V>
  static EntryKey of(const CombineEntry<K, V>& entry) noexcept {
    return {&entry.key};
  }
  bool operator==(const EntryKey& other) const { return key_equal(*key, *other.key); }
  K owned() const { return *key; }
};
template <class K>
struct EntryKey<K, KeyKind::kText> {
  TextKey key;
  template <class V>
  static EntryKey of(const CombineEntry<K, V>& entry) noexcept {
    return {entry.key};
  }
  bool operator==(const EntryKey& other) const noexcept { return same_text_key(key, other.key); }
  K owned() const { return string_of_key(key); }
};
template <class K>
struct EntryKey<K, KeyKind::kInteger> {
  K key;
  template <class V>
  static EntryKey of(const CombineEntry<K, V>& entry) noexcept {
    return {entry.key};
  }
  bool operator==(const EntryKey& other) const noexcept { return key == other.key; }
  K owned() const noexcept { return key; }
};

/// Entries of a key group are looked up in blocks of this many, their slots prefetched.
inline constexpr std::size_t kGroupBlock = 64;

/// Calls `body(entries, count, seed)` for every block of entries of a key group, in slice order.
template <class K, class V, class Slices, class Body>
void for_each_block(const Slices& slices, std::uint32_t group, Body&& body) {
  for (const CombinedSlice<K, V>* slice : slices) {
    const CombineEntry<K, V>* entries = slice->group(group);
    std::size_t left = slice->group_size(group);
    while (left != 0) {
      const std::size_t count = left < kGroupBlock ? left : kGroupBlock;
      body(entries, count, slice->hash_seed());
      entries += count;
      left -= count;
    }
  }
}

/// Entries of a key group in all slices.
template <class Slices>
std::size_t entries_of(const Slices& slices, std::uint32_t group) {
  std::size_t count = 0;
  for (const auto* slice : slices) count += slice->group_size(group);
  return count;
}

/// The key groups of a partition; none where no slice holds anything for it.
struct GroupRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  template <class Slices>
  static GroupRange of(const Slices& slices, std::uint32_t partition) {
    if (slices.empty()) return {};
    const std::uint32_t partitions = slices.front()->partitions();
    return {first_group_of(partition, partitions), first_group_of(partition + 1, partitions)};
  }
  /// This one, or where it is empty the other, of another parent of the same shuffle.
  GroupRange or_else(GroupRange other) const { return begin == end ? other : *this; }
};

/// Numbers the keys of one key group in the order in which they are first seen. Not thread-safe.
template <class K>
class GroupKeys {
 public:
  /// Forgets all keys; room for as many as there are entries.
  void reset(std::size_t entries) {
    index_.reset(entries);
    keys_.clear();
    keys_.reserve(entries);
  }

  std::size_t size() const noexcept { return keys_.size(); }
  K owned(std::size_t number) const { return keys_[number].owned(); }

  /// Writes the number of each entry's key; at most kGroupBlock entries.
  template <class V>
  void number(const CombineEntry<K, V>* entries, std::size_t count, std::uint64_t seed,
              std::uint32_t* numbers) {
    std::uint64_t hashes[kGroupBlock];
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = entries[i].hash(seed);
      index_.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const EntryKey<K> key = EntryKey<K>::of(entries[i]);
      std::uint32_t& slot =
          index_.find(hashes[i], [&](std::size_t at) { return keys_[at] == key; });
      if (slot == 0) {
        slot = index_.slot_for(keys_.size(), hashes[i]);
        keys_.emplace_reserved(key);
      }
      numbers[i] = static_cast<std::uint32_t>(index_.position(slot));
    }
  }

 private:
  CombineIndex index_;
  CombineBuffer<EntryKey<K>> keys_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
