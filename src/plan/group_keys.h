#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dstream/detail/combine_buffer.h"
#include "dstream/detail/combine_index.h"
#include "dstream/detail/combine_slice.h"
#include "dstream/detail/exchange.h"
#include "dstream/detail/group_slice.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Entries of a key group are looked up in blocks of this many, their slots prefetched.
inline constexpr std::size_t kGroupBlock = 64;

inline const void* key_of(const WordCell& cell) { return &cell.word; }
inline const void* key_of(const TextCell& cell) { return &cell.key; }
inline const void* key_of(const AnyCell& cell) { return cell.key; }

inline std::uint64_t hash_in(const WordCell& cell, std::uint64_t seed) {
  return hash_word(cell.word, seed);
}
template <class Cell>
std::uint64_t hash_in(const Cell& cell, std::uint64_t) {
  return cell.stored_hash;
}

inline bool same_key(const WordCell& a, const WordCell& b, KeyEqual) { return a.word == b.word; }
inline bool same_key(const TextCell& a, const TextCell& b, KeyEqual) {
  return same_text_key(a.key, b.key);
}
inline bool same_key(const AnyCell& a, const AnyCell& b, KeyEqual equal) {
  return a.stored_hash == b.stored_hash && equal(a.key, b.key);
}

/// The slices of one parent that hold something for a partition.
class GroupSlices {
 public:
  void open(std::span<const SliceOutputPtr> outputs, std::uint32_t partition) {
    slices_.clear();
    for (const SliceOutputPtr& output : outputs) {
      const auto& slice = static_cast<const GroupSlice&>(*output);
      if (slice.records(partition) != 0) slices_.push_back(&slice);
    }
  }
  /// Entries of a key group in all slices.
  std::size_t entries(std::uint32_t group) const {
    std::size_t count = 0;
    for (const GroupSlice* slice : slices_) count += slice->group_size(group);
    return count;
  }
  /// Partitions of the shuffle; 0 where there is no slice.
  std::uint32_t partitions() const { return slices_.empty() ? 0 : slices_.front()->partitions(); }

  /// Calls `body(slice, begin, count)` for every block of entries of a key group, in slice order.
  template <class Body>
  void for_each_block(std::uint32_t group, Body&& body) const {
    for (const GroupSlice* slice : slices_) {
      const std::size_t end = slice->end(group);
      for (std::size_t begin = slice->begin(group); begin < end; begin += kGroupBlock) {
        body(*slice, begin, end - begin < kGroupBlock ? end - begin : kGroupBlock);
      }
    }
  }

 private:
  std::vector<const GroupSlice*> slices_;
};

/// Calls `body(group)` for the key groups of a partition; none where no slice holds anything for
/// it.
template <class Body>
void for_each_group(std::uint32_t partition, std::uint32_t partitions, Body&& body) {
  if (partitions == 0) return;
  const std::uint32_t end = first_group_of(partition + 1, partitions);
  for (std::uint32_t group = first_group_of(partition, partitions); group < end; ++group) {
    body(group);
  }
}

/// Numbers the keys of one key group in the order in which they are first seen. Not thread-safe.
template <class Cell>
class GroupKeys {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  explicit GroupKeys(KeyEqual equal) : equal_(equal) {}

  /// Forgets all keys; room for as many as there are entries.
  void reset(std::size_t entries) {
    index_.reset(entries);
    keys_.clear();
    keys_.reserve(entries);
  }
  std::size_t size() const noexcept { return keys_.size(); }
  const Cell* cells() const noexcept { return keys_.data(); }

  /// Writes the number of each key, new ones numbered on; at most kGroupBlock.
  void number(const Cell* keys, std::size_t count, std::uint64_t seed, std::uint32_t* numbers) {
    std::uint64_t hashes[kGroupBlock];
    prefetch(keys, count, seed, hashes);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t& slot = slot_of(keys[i], hashes[i]);
      if (slot == 0) {
        slot = index_.slot_for(keys_.size(), hashes[i]);
        keys_.emplace_reserved(keys[i]);
      }
      numbers[i] = static_cast<std::uint32_t>(index_.position(slot));
    }
  }

  /// Writes the number of each key, kNone for those that are not here; at most kGroupBlock.
  void find(const Cell* keys, std::size_t count, std::uint64_t seed, std::uint32_t* numbers) {
    std::uint64_t hashes[kGroupBlock];
    prefetch(keys, count, seed, hashes);
    // The first slot with the hash's tag is nearly always the right one: have its key fetched.
    for (std::size_t i = 0; i < count; ++i) {
      numbers[i] = number_in(index_.find(hashes[i], [](std::size_t) { return true; }));
      if (numbers[i] != kNone) __builtin_prefetch(keys_.data() + numbers[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (numbers[i] == kNone || same_key(keys_[numbers[i]], keys[i], equal_)) continue;
      numbers[i] = number_in(slot_of(keys[i], hashes[i]));
    }
  }

 private:
  void prefetch(const Cell* keys, std::size_t count, std::uint64_t seed, std::uint64_t* hashes) {
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = hash_in(keys[i], seed);
      index_.prefetch(hashes[i]);
    }
  }
  std::uint32_t& slot_of(const Cell& key, std::uint64_t hash) {
    return index_.find(hash, [&](std::size_t at) { return same_key(keys_[at], key, equal_); });
  }
  std::uint32_t number_in(std::uint32_t slot) const {
    return slot == 0 ? kNone : static_cast<std::uint32_t>(index_.position(slot));
  }

  const KeyEqual equal_;
  CombineIndex index_;
  CombineBuffer<Cell> keys_;
};

/// Makes a ReaderFor<Cell> for the keys' kind.
template <template <class> class ReaderFor, class... Args>
ReaderPtr make_reader_for(KeyKind kind, const Args&... args) {
  switch (kind) {
    case KeyKind::kInteger:
      return ReaderPtr(new ReaderFor<WordCell>(args...));
    case KeyKind::kText:
      return ReaderPtr(new ReaderFor<TextCell>(args...));
    case KeyKind::kAny:
      break;
  }
  return ReaderPtr(new ReaderFor<AnyCell>(args...));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
