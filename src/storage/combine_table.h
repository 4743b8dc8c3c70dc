#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <dstream/detail/combine_arena.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/detail/combine_index.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/fold_loops.h>
#include <dstream/detail/key_source.h>

#include "storage/combine_dense.h"
#include "storage/entry_bytes.h"
#include "storage/slot_store.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Says in which partition a key is to be, given as it lies in an entry.
struct KeyPartitioner {
  std::uint32_t (*partition)(const void* context, const void* key, std::uint32_t partitions);
  const void* context;
};

/// Folds the records of one slice by key, in the order in which it first sees the keys. One per
/// running task, recycled. Not thread-safe.
///
/// Combining stops for the rest of the slice where it does not pay: if more than 70 % of the first
/// 16 Ki records brought a new key, each later record becomes an entry of its own.
///
/// Integers in a range of 2^16 are found through an array, other small entries in a SlotStore, all
/// others in an array by a CombineIndex.
class CombineTable {
 public:
  CombineTable(const EntryType& type, std::uint64_t hash_seed) noexcept;

  /// Folds records in. If a function of the user throws, call clear().
  void add(const KeySource& keys, const BoundFold& fold, const void* records, std::size_t count);

  /// Entries held: keys, or keys and appended records.
  std::size_t size() const noexcept { return entries_.size() + slots_.size(); }
  /// Memory held in bytes, without what values and keys own on the heap themselves.
  std::size_t bytes() const noexcept;

  /// Moves the entries to `out`, by key group in first-seen order. The table is empty afterwards.
  /// `partitions` is 1 to kKeyGroups. With a partitioner the entries are in the partitions that it
  /// says, each spread over its key groups by hash. If it throws, call clear() on both.
  void scatter(std::uint32_t partitions, EntrySlice& out,
               const KeyPartitioner* partitioner = nullptr);

  /// Drops all entries, keeps memory for the next slice.
  void clear() noexcept;

 private:
  std::size_t block_size(std::size_t most) const noexcept;
  void stop_if_useless();
  void add_block(const KeySource& keys, const BoundFold& fold, const void* records,
                 std::size_t count);
  void add_any(const KeySource& keys, const BoundFold& fold, const void* records,
               std::size_t count);
  void add_texts(const KeySource& keys, const BoundFold& fold, const void* records,
                 std::size_t count);
  void add_words(const KeySource& keys, const BoundFold& fold, const void* records,
                 std::size_t count);
  void fold_placed(const BoundFold& fold, const void* records, std::size_t count,
                   const ValuePlaces& values);
  std::size_t fold_dense(const BoundFold& fold, const void* records, const std::uint64_t* words,
                         std::size_t count);

  void place_words(const std::uint64_t* words, std::size_t count, ValuePlaces& values);
  void place_texts(const std::string_view* texts, std::size_t count, ValuePlaces& values);
  void append_words(const std::uint64_t* words, std::size_t count, ValuePlaces& values);
  void append_texts(const std::string_view* texts, std::size_t count, ValuePlaces& values);
  bool dense_covers(const std::uint64_t* words, std::size_t count);
  void find_dense(const std::uint64_t* words, std::size_t count, ValuePlaces& values);
  void find_words(const std::uint64_t* words, std::size_t count, ValuePlaces& values);
  void find_texts(const std::string_view* texts, std::size_t count, ValuePlaces& values);
  void make_index_room(std::size_t count);
  void forget_dense() noexcept;
  void settle();

  std::byte* entry(std::size_t position) noexcept {
    return static_cast<std::byte*>(entries_.memory()) + position * type_.size;
  }
  /// Gives record `i` of a block the next entry.
  std::byte* add_entry(ValuePlaces& values, std::size_t i) noexcept {
    std::byte* const added = entry(placed_++);
    values.places[i] = added + type_.value_offset;
    values.fresh |= std::uint64_t{1} << i;
    return added;
  }
  void store_word(std::byte* to, std::uint64_t word) noexcept;
  void store_text(std::byte* to, TextKey key);

  void count_groups(EntrySlice& out, const KeyPartitioner* partitioner);
  std::uint32_t wanted_group(const KeyPartitioner& by, std::uint32_t partitions,
                             std::size_t position, std::uint64_t hash);
  void place_entries(EntrySlice& out);

  const EntryType& type_;
  std::uint64_t seed_;
  KeyMixer mix_;
  std::size_t records_ = 0;
  bool appending_ = false;
  bool indexed_ = false;    // the index leads to entries_
  std::size_t placed_ = 0;  // entries with a place; those with a value are counted by entries_
  std::size_t last_size_ = 0;
  CombineMemory entries_;
  CombineIndex index_;
  SlotStore slots_;
  CombineDense dense_;
  TextArena arena_;
  CombineBuffer<std::uint8_t> groups_;
  CombineBuffer<std::uint32_t> order_;
  KeyTexts texts_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
