#pragma once

#include <cstddef>
#include <cstdint>

#include <dstream/detail/combine_arena.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/detail/fold_loops.h>

#include "storage/entry_bytes.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Room to begin a slice with when the last one held `last` entries.
constexpr std::size_t first_room(std::size_t last, std::size_t needed) noexcept {
  const std::size_t likely = last + last / 4 + 256;
  return likely < needed ? 2 * needed : likely;
}

/// Keys of text in a block, and where their slots are to be looked for.
struct ExpectedTexts {
  TextKey keys[kCombineBlock];
  std::uint32_t homes[kCombineBlock];
};

/// A hash table that holds small entries in its slots, at most half full: one cache line to touch
/// per record. Linear probing. The key that marks empty slots has a slot of its own behind the
/// others. Not thread-safe.
class SlotStore {
 public:
  explicit SlotStore(const EntryType& type) noexcept : type_(type), slots_(type) {}

  /// Whether it is in use.
  bool hashed() const noexcept { return hashed_; }
  std::size_t size() const noexcept { return order_.size(); }
  std::size_t bytes() const noexcept { return slots_.bytes() + order_.bytes(); }

  /// Room for `count` more entries, so that a block never meets a full table. The first call takes
  /// the entries over.
  void make_room(std::size_t count, CombineMemory& entries, const KeyMixer& mix);

  /// Finds the values of integer keys; writes the keys of new entries.
  void find_words(const std::uint64_t* words, std::size_t count, const KeyMixer& mix,
                  ValuePlaces& values);
  /// Where the search for a hash begins; has the slot fetched. Valid until make_room().
  std::uint32_t expect(std::uint64_t hash) noexcept {
    const std::uint32_t at = home(hash);
    __builtin_prefetch(slots() + std::size_t{at} * type_.size, 1);
    return at;
  }
  /// As find_words() for text. Long new keys go to the arena.
  void find_texts(const ExpectedTexts& texts, std::size_t count, TextArena& arena,
                  std::uint64_t seed, ValuePlaces& values);

  /// Appends the entries to `entries` in first-seen order and empties the table.
  void settle(CombineMemory& entries);
  void clear() noexcept;

 private:
  std::uint32_t home(std::uint64_t hash) const noexcept {
    return static_cast<std::uint32_t>(((hash >> 32) * capacity_) >> 32);
  }
  std::byte* slots() noexcept { return static_cast<std::byte*>(slots_.memory()); }
  void reset(std::size_t room);
  void rehash(CombineMemory& entries, const KeyMixer& mix);
  void emptied() noexcept;
  void take(std::size_t slot) noexcept {
    order_.emplace_reserved(static_cast<std::uint32_t>(slot));
  }
  template <class Key, std::uint32_t kSize>
  void find_integers(const std::uint64_t* words, std::size_t count, const KeyMixer& mix,
                     ValuePlaces& values);
  template <std::uint32_t kSize>
  void find_text_block(const ExpectedTexts& texts, std::size_t count, TextArena& arena,
                       std::uint64_t seed, ValuePlaces& values);
  template <std::uint32_t kSize>
  void empty_slots(std::byte* to) noexcept;

  const EntryType& type_;
  CombineMemory slots_;
  CombineBuffer<std::uint32_t> order_;  // slots in the order in which they were taken
  ShrinkPolicy policy_;
  std::size_t room_ = 0;
  std::size_t last_size_ = 0;
  std::uint32_t capacity_ = 0;
  bool marker_taken_ = false;
  bool hashed_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
