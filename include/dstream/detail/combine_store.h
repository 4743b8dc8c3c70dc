#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_index.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Room to begin a slice with when the last one held `last` entries.
constexpr std::size_t first_room(std::size_t last, std::size_t needed) noexcept {
  const std::size_t likely = last + last / 4 + 256;
  return likely < needed ? 2 * needed : likely;
}

/// Entries of a slice in first-seen order, found by hash through a CombineIndex. For values of any
/// size and kind. Not thread-safe.
///
/// Both stores work alike. entries() is a plain array that the caller may append to; the first
/// make_room() makes the entries findable; settle() ends that and leaves all of them in entries().
template <class Entry>
class IndexedStore {
 public:
  using Place = std::uint32_t*;

  CombineBuffer<Entry>& entries() noexcept { return entries_; }
  const CombineBuffer<Entry>& entries() const noexcept { return entries_; }
  bool hashed() const noexcept { return hashed_; }
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return entries_.bytes() + index_.bytes(); }

  /// Room for `count` more entries, so that a block never meets a full table.
  template <class HashOf>
  void make_room(std::size_t count, const HashOf& hash_of_entry) {
    const std::size_t needed = entries_.size() + count;
    entries_.reserve(needed);
    if (hashed_ && needed <= index_.room()) return;
    index_.reset(hashed_ ? 2 * needed : first_room(last_size_, needed));
    hashed_ = true;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const std::uint64_t hash = hash_of_entry(entries_[i]);
      index_.find_empty(hash) = index_.slot_for(i, hash);
    }
  }

  void prefetch(std::uint64_t hash) const noexcept { index_.prefetch(hash); }

  /// The key's place; found() tells whether it holds an entry. Valid until the next insert().
  template <class Key>
  Place find(const Key& key, std::uint64_t hash) {
    return &index_.find(hash, [&](std::size_t at) { return entries_[at].matches(key, hash); });
  }
  bool found(Place place) const noexcept { return *place != 0; }
  Entry& at(Place place) noexcept { return entries_[index_.position(*place)]; }

  void insert(Place place, std::uint64_t hash, Entry&& entry) {
    const std::size_t position = entries_.size();
    entries_.emplace_reserved(std::move(entry));
    *place = index_.slot_for(position, hash);
  }

  void settle() noexcept {
    if (hashed_) last_size_ = entries_.size();
    hashed_ = false;
  }

  void clear() noexcept {
    settle();
    entries_.clear();
  }

 private:
  CombineBuffer<Entry> entries_;
  CombineIndex index_;
  std::size_t last_size_ = 0;
  bool hashed_ = false;
};

/// As IndexedStore, but findable entries lie in the slots of the hash table themselves, at most
/// half full: one cache line to touch per record. For small entries of trivial types. The key that
/// marks empty slots has a slot of its own behind the others.
template <class Entry>
class SlotStore {
 public:
  using Place = Entry*;

  CombineBuffer<Entry>& entries() noexcept { return entries_; }
  const CombineBuffer<Entry>& entries() const noexcept { return entries_; }
  bool hashed() const noexcept { return hashed_; }
  std::size_t size() const noexcept { return entries_.size() + order_.size(); }
  std::size_t bytes() const noexcept { return entries_.bytes() + slots_.bytes() + order_.bytes(); }

  template <class HashOf>
  void make_room(std::size_t count, const HashOf& hash_of_entry) {
    const std::size_t needed = size() + count;
    if (hashed_ && needed <= room_) return;
    const std::size_t room = hashed_ ? 2 * needed : first_room(last_size_, needed);
    settle();
    if (room_ < room) reset(room);
    order_.reserve(room_);
    hashed_ = true;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const std::uint64_t hash = hash_of_entry(entries_[i]);
      insert(find(entries_[i].key, hash), hash, std::move(entries_[i]));
    }
    entries_.clear();
  }

  void prefetch(std::uint64_t hash) const noexcept {
    __builtin_prefetch(slots_.data() + home(hash), 1);
  }

  template <class Key>
  Place find(const Key& key, std::uint64_t hash) noexcept {
    Entry* const slots = slots_.data();
    if (Entry::is_marker(key)) return slots + capacity_;
    std::uint32_t i = home(hash);
    for (;;) {
      Entry& slot = slots[i];
      if (slot.matches(key, hash) || slot.empty()) return &slot;
      if (++i == capacity_) i = 0;
    }
  }
  bool found(Place place) const noexcept {
    return !place->empty() || (marker_taken_ && place == slots_.data() + capacity_);
  }
  Entry& at(Place place) noexcept { return *place; }

  void insert(Place place, std::uint64_t /*hash*/, Entry&& entry) noexcept {
    const auto slot = static_cast<std::uint32_t>(place - slots_.data());
    *place = entry;
    order_.emplace_reserved(slot);
    marker_taken_ = marker_taken_ || slot == capacity_;
  }

  void settle() {
    if (!hashed_) return;
    entries_.reserve(entries_.size() + order_.size());
    empty_slots([this](const Entry& entry) { entries_.emplace_reserved(entry); });
  }

  void clear() noexcept {
    if (hashed_) empty_slots([](const Entry&) {});
    entries_.clear();
  }

 private:
  std::uint32_t home(std::uint64_t hash) const noexcept {
    return static_cast<std::uint32_t>(((hash >> 32) * capacity_) >> 32);
  }

  void reset(std::size_t room) {
    check_combine_size(room);
    room_ = 0;
    slots_.clear();
    slots_.resize_uninitialized(2 * room + 1);
    for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i].set_empty();
    capacity_ = static_cast<std::uint32_t>(2 * room);
    room_ = room;
  }

  template <class Use>
  void empty_slots(const Use& use) noexcept {
    constexpr std::size_t kAhead = 16;
    const std::size_t count = order_.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (i + kAhead < count) __builtin_prefetch(slots_.data() + order_[i + kAhead], 1);
      Entry& slot = slots_[order_[i]];
      use(slot);
      slot.set_empty();
    }
    last_size_ = count;
    order_.clear();
    marker_taken_ = false;
    hashed_ = false;
    if (policy_.should_shrink(2 * count * sizeof(Entry), slots_.bytes())) {
      slots_ = CombineBuffer<Entry>();
      room_ = 0;
    }
  }

  CombineBuffer<Entry> slots_;
  CombineBuffer<std::uint32_t> order_;  // slots in the order in which they were taken
  CombineBuffer<Entry> entries_;
  ShrinkPolicy policy_;
  std::size_t room_ = 0;
  std::size_t last_size_ = 0;
  std::uint32_t capacity_ = 0;
  bool marker_taken_ = false;
  bool hashed_ = false;
};

/// The store for a kind of entry.
template <class Entry>
using CombineStore = std::conditional_t<Entry::kSlots, SlotStore<Entry>, IndexedStore<Entry>>;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
