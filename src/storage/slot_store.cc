#include "storage/slot_store.h"

#include <cstring>

#include <dstream/detail/combine_index.h>

#include "storage/sift.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

// An unlikely integer stands for an empty slot; no text's key is all zero.
template <class Key>
constexpr Key empty_key() {
  if constexpr (std::is_same_v<Key, TextKey>) {
    return {};
  } else {
    return static_cast<Key>(0x8000'0000'0000'0001 >> (64 - 8 * sizeof(Key)) | 1);
  }
}

template <class Body>
decltype(auto) with_key(const EntryType& type, const Body& body) {
  if (type.kind == KeyKind::kText) return body(TextKey());
  return type.key_size == 4 ? body(std::uint32_t()) : body(std::uint64_t());
}

}  // namespace

void SlotStore::make_room(std::size_t count, CombineMemory& entries, const KeyMixer& mix) {
  const std::size_t needed = entries.size() + size() + count;
  if (hashed_ && needed <= room_) return;
  const std::size_t room = hashed_ ? 2 * needed : first_room(last_size_, needed);
  settle(entries);
  if (room_ < room) reset(room);
  order_.reserve(room_ + 1);  // one may be written behind the last
  hashed_ = true;
  rehash(entries, mix);
  entries.clear();
}

void SlotStore::reset(std::size_t room) {
  check_combine_size(room);
  room_ = 0;
  slots_.clear();
  slots_.resize_uninitialized(2 * room + 1);
  with_key(type_, [&]<class Key>(Key) {
    std::byte* slot = slots();
    for (std::size_t i = 0; i < slots_.size(); ++i, slot += type_.size) {
      store(slot, empty_key<Key>());
    }
  });
  capacity_ = static_cast<std::uint32_t>(2 * room);
  room_ = room;
}

void SlotStore::rehash(CombineMemory& entries, const KeyMixer& mix) {
  const std::size_t size = type_.size;
  const auto* const held = static_cast<const std::byte*>(entries.memory());
  with_key(type_, [&]<class Key>(Key) {
    for_each_table_hash(type_, held, entries.size(), mix, [&](std::size_t i, std::uint64_t hash) {
      const std::byte* const entry = held + i * size;
      std::size_t at = home(hash);
      if (load<Key>(entry) == empty_key<Key>()) {
        at = capacity_;
        marker_taken_ = true;
      } else {
        while (!(load<Key>(slots() + at * size) == empty_key<Key>())) {
          if (++at == capacity_) at = 0;
        }
      }
      std::memcpy(slots() + at * size, entry, size);
      take(at);
    });
  });
}

template <class Key, std::uint32_t kSize>
void SlotStore::find_integers(const std::uint64_t* words, std::size_t count, const KeyMixer& mix,
                              ValuePlaces& values) {
  const std::size_t size = EntrySize<kSize>::or_given(type_.size);
  const std::size_t value_offset = type_.value_offset;
  const std::uint32_t capacity = capacity_;
  std::byte* const begin = slots();
  std::uint32_t* const order = order_.data();
  std::size_t taken = order_.size();
  std::uint64_t fresh = 0;
  std::uint32_t homes[kCombineBlock];
  for (std::size_t i = 0; i < count; ++i) {
    homes[i] = home(mix(words[i]));
    __builtin_prefetch(begin + homes[i] * size, 1);
  }
  std::uint8_t away[kCombineBlock];
  const std::size_t strangers = sift(count, away, [&](std::size_t i) {
    const Key key = static_cast<Key>(words[i]);
    std::byte* const slot = begin + homes[i] * size;
    values.places[i] = slot + value_offset;
    return (load<Key>(slot) == key) & (key != empty_key<Key>());
  });
  for (std::size_t n = 0; n < strangers; ++n) {
    const std::size_t i = away[n];
    const Key key = static_cast<Key>(words[i]);
    std::uint32_t at = homes[i];
    bool is_new = false;
    if (key == empty_key<Key>()) [[unlikely]] {
      at = capacity;
      is_new = !marker_taken_;
      marker_taken_ = true;
    } else {
      Key held = load<Key>(begin + at * size);
      while (held != key && held != empty_key<Key>()) {
        if (++at == capacity) at = 0;
        held = load<Key>(begin + at * size);
      }
      is_new = held != key;
    }
    std::byte* const slot = begin + at * size;
    store(slot, key);
    values.places[i] = slot + value_offset;
    order[taken] = at;
    taken += is_new ? 1 : 0;
    fresh |= std::uint64_t{is_new} << i;
  }
  order_.resize_uninitialized(taken);
  values.fresh = fresh;
}

void SlotStore::find_words(const std::uint64_t* words, std::size_t count, const KeyMixer& mix,
                           ValuePlaces& values) {
  with_size(type_.size, [&]<std::uint32_t kSize>(EntrySize<kSize>) {
    if (type_.key_size == 4) {
      find_integers<std::uint32_t, kSize>(words, count, mix, values);
    } else {
      find_integers<std::uint64_t, kSize>(words, count, mix, values);
    }
  });
}

template <std::uint32_t kSize>
void SlotStore::find_text_block(const ExpectedTexts& texts, std::size_t count, TextArena& arena,
                                std::uint64_t seed, ValuePlaces& values) {
  const std::size_t size = EntrySize<kSize>::or_given(type_.size);
  const std::size_t value_offset = type_.value_offset;
  std::byte* const begin = slots();
  std::byte* const end = begin + capacity_ * size;
  std::uint64_t fresh = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const TextKey key = texts.keys[i];
    std::byte* slot = begin + texts.homes[i] * size;
    for (;;) {
      const auto held = load<TextKey>(slot);
      if (same_text_key(held, key)) break;
      if (held.high == 0) {
        TextKey owned = key;
        const std::uint64_t hash = own_text_key(owned, arena, seed);
        store(slot, owned);
        store(slot + type_.hash_offset, hash);
        fresh |= std::uint64_t{1} << i;
        take(static_cast<std::size_t>(slot - begin) / size);
        break;
      }
      slot += size;
      if (slot == end) slot = begin;
    }
    values.places[i] = slot + value_offset;
  }
  values.fresh = fresh;
}

void SlotStore::find_texts(const ExpectedTexts& texts, std::size_t count, TextArena& arena,
                           std::uint64_t seed, ValuePlaces& values) {
  if (type_.size == 32) return find_text_block<32>(texts, count, arena, seed, values);
  find_text_block<0>(texts, count, arena, seed, values);
}

template <std::uint32_t kSize>
void SlotStore::empty_slots(std::byte* to) noexcept {
  constexpr std::size_t kAhead = 16;
  const std::size_t size = EntrySize<kSize>::or_given(type_.size);
  const std::size_t count = order_.size();
  const std::uint32_t* const order = order_.data();
  std::byte* const begin = slots();
  with_key(type_, [&]<class Key>(Key) {
    for (std::size_t i = 0; i < count; ++i) {
      if (i + kAhead < count) __builtin_prefetch(begin + order[i + kAhead] * size, 1);
      std::byte* const slot = begin + order[i] * size;
      if (to != nullptr) std::memcpy(to + i * size, slot, size);
      store(slot, empty_key<Key>());
    }
  });
}

void SlotStore::emptied() noexcept {
  const std::size_t count = order_.size();
  last_size_ = count;
  order_.clear();
  marker_taken_ = false;
  hashed_ = false;
  if (!policy_.should_shrink(2 * count * type_.size, slots_.bytes())) return;
  slots_.release();
  room_ = 0;
}

void SlotStore::settle(CombineMemory& entries) {
  if (!hashed_) return;
  const std::size_t before = entries.size();
  entries.reserve(before + size());
  entries.counted() += size();
  with_size(type_.size, [&]<std::uint32_t kSize>(EntrySize<kSize>) {
    empty_slots<kSize>(static_cast<std::byte*>(entries.memory()) + before * type_.size);
  });
  emptied();
}

void SlotStore::clear() noexcept {
  if (!hashed_) return;
  empty_slots<0>(nullptr);
  emptied();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
