#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_index.h>
#include <dstream/detail/group_keys.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The right side of a join within one key group: its entries in slice order, those of equal keys
/// linked. Valid as long as the entries' slices. Not thread-safe.
template <class K, class W>
class JoinTable {
  // Small values lie beside their keys: one cache miss less per match.
  static constexpr bool kCopies = std::is_trivially_copyable_v<W> && sizeof(W) <= 16;
  struct Row {
    EntryKey<K> key;
    std::conditional_t<kCopies, W, const W*> value;
  };

 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  template <class Slices>
  void build(const Slices& slices, std::uint32_t group, std::size_t entries) {
    index_.reset(entries);
    rows_.clear();
    rows_.reserve(entries);
    next_.clear();
    next_.resize_uninitialized(entries);
    has_duplicates_ = false;
    for_each_block<K, W>(slices, group, [&](const auto* block, std::size_t n, std::uint64_t seed) {
      insert(block, n, seed);
    });
  }

  std::size_t size() const noexcept { return rows_.size(); }
  K key(std::size_t row) const { return rows_[row].key.owned(); }
  const W& value(std::size_t row) const noexcept {
    if constexpr (kCopies) {
      return rows_[row].value;
    } else {
      return *rows_[row].value;
    }
  }

  /// For each entry of the left side the last row of its key, or kNone; at most kGroupBlock.
  template <class V>
  void find(const CombineEntry<K, V>* entries, std::size_t count, std::uint64_t seed,
            std::uint32_t* last_rows) {
    std::uint64_t hashes[kGroupBlock];
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = entries[i].hash(seed);
      index_.prefetch(hashes[i]);
    }
    // The first slot with the hash's tag is nearly always the right one: have its row fetched.
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t slot = index_.find(hashes[i], [](std::size_t) { return true; });
      last_rows[i] = slot == 0 ? kNone : static_cast<std::uint32_t>(index_.position(slot));
      if (slot != 0) __builtin_prefetch(rows_.data() + last_rows[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (last_rows[i] == kNone) continue;
      const EntryKey<K> key = EntryKey<K>::of(entries[i]);
      if (rows_[last_rows[i]].key == key) continue;
      const std::uint32_t slot = slot_of(key, hashes[i]);
      last_rows[i] = slot == 0 ? kNone : static_cast<std::uint32_t>(index_.position(slot));
    }
  }

  /// Calls `body(row)` for all rows of a key in slice order, given the last of them.
  template <class Body>
  void for_each_row(std::uint32_t last, Body&& body) const {
    if (!has_duplicates_) return body(last);
    std::uint32_t row = last;
    do {
      row = next_[row];
      body(row);
    } while (row != last);
  }

 private:
  std::uint32_t& slot_of(const EntryKey<K>& key, std::uint64_t hash) {
    return index_.find(hash, [&](std::size_t at) { return rows_[at].key == key; });
  }

  // The index leads to a key's last row, and next_ from there to the first: a ring, so that rows are
  // added at its end and walked from its beginning.
  void insert(const CombineEntry<K, W>* entries, std::size_t count, std::uint64_t seed) {
    std::uint64_t hashes[kGroupBlock];
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = entries[i].hash(seed);
      index_.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const EntryKey<K> key = EntryKey<K>::of(entries[i]);
      const auto row = static_cast<std::uint32_t>(rows_.size());
      std::uint32_t& slot = slot_of(key, hashes[i]);
      if (slot == 0) {
        next_[row] = row;
      } else {
        has_duplicates_ = true;
        const std::size_t last = index_.position(slot);
        next_[row] = next_[last];
        next_[last] = row;
      }
      slot = index_.slot_for(row, hashes[i]);
      if constexpr (kCopies) {
        rows_.emplace_reserved(key, entries[i].value);
      } else {
        rows_.emplace_reserved(key, &entries[i].value);
      }
    }
  }

  CombineIndex index_;
  CombineBuffer<Row> rows_;
  CombineBuffer<std::uint32_t> next_;  // per row the next of its key, after the last the first
  bool has_duplicates_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
