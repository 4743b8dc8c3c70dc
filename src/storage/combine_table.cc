#include "storage/combine_table.h"

#include <cstring>

#include "storage/sift.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kTrialRecords = std::size_t{16} << 10;

}  // namespace

CombineTable::CombineTable(const EntryType& type, std::uint64_t hash_seed) noexcept
    : type_(type), seed_(hash_seed), mix_(hash_seed), entries_(type), slots_(type) {}

std::size_t CombineTable::bytes() const noexcept {
  return entries_.bytes() + index_.bytes() + slots_.bytes() + dense_.bytes() + arena_.bytes() +
         groups_.bytes() + order_.bytes();
}

void CombineTable::add(const KeySource& keys, const BoundFold& fold, const void* records,
                       std::size_t count) {
  const std::byte* at = static_cast<const std::byte*>(records);
  while (count != 0) {
    const std::size_t block = block_size(count);
    add_block(keys, fold, at, block);
    if (!appending_) {
      records_ += block;
      if (records_ == kTrialRecords) stop_if_useless();
    }
    at += block * keys.record_size;
    count -= block;
  }
}

std::size_t CombineTable::block_size(std::size_t most) const noexcept {
  const std::size_t block = type_.kind == KeyKind::kInteger ? kWordBlock : kCombineBlock;
  if (most > block) most = block;
  // The decision to stop combining falls at an exact record, wherever chunks begin and end.
  if (records_ < kTrialRecords && most > kTrialRecords - records_) most = kTrialRecords - records_;
  return most;
}

void CombineTable::stop_if_useless() {
  if (size() <= kTrialRecords / 10 * 7) return;
  appending_ = true;
  settle();
}

void CombineTable::settle() {
  slots_.settle(entries_);
  placed_ = entries_.size();
  if (indexed_) last_size_ = entries_.size();
  indexed_ = false;
}

void CombineTable::clear() noexcept {
  if (type_.kind == KeyKind::kInteger) forget_dense();
  if (indexed_) last_size_ = entries_.size();
  indexed_ = false;
  slots_.clear();
  entries_.clear();
  placed_ = 0;
  arena_.clear();
  groups_.clear();
  order_.clear();
  records_ = 0;
  appending_ = false;
}

void CombineTable::add_block(const KeySource& keys, const BoundFold& fold, const void* records,
                             std::size_t count) {
  switch (type_.kind) {
    case KeyKind::kInteger:
      return add_words(keys, fold, records, count);
    case KeyKind::kText:
      return add_texts(keys, fold, records, count);
    case KeyKind::kAny:
      return add_any(keys, fold, records, count);
  }
}

void CombineTable::add_any(const KeySource& keys, const BoundFold& fold, const void* records,
                           std::size_t count) {
  if (appending_) {
    entries_.reserve(entries_.size() + count);
  } else {
    make_index_room(count);
  }
  fold.loops.fold_any(keys, fold.fold, records, count, appending_ ? nullptr : &index_, entries_,
                      seed_, texts_);
  placed_ = entries_.size();
}

void CombineTable::add_texts(const KeySource& keys, const BoundFold& fold, const void* records,
                             std::size_t count) {
  std::string_view texts[kCombineBlock];
  keys.keys(keys.function.get(), records, count, texts, texts_);
  ValuePlaces values;
  values.fresh = 0;
  place_texts(texts, count, values);
  fold_placed(fold, records, count, values);
}

void CombineTable::add_words(const KeySource& keys, const BoundFold& fold, const void* records,
                             std::size_t count) {
  std::uint64_t words[kWordBlock];
  keys.keys(keys.function.get(), records, count, words, texts_);
  const auto* const first = static_cast<const std::byte*>(records);
  for (std::size_t done = 0; done < count;) {
    done += fold_dense(fold, first + done * keys.record_size, words + done, count - done);
    const std::size_t left = count - done;
    if (left == 0) return;
    const std::size_t block = left < kCombineBlock ? left : kCombineBlock;
    ValuePlaces values;
    values.fresh = 0;
    place_words(words + done, block, values);
    fold_placed(fold, first + done * keys.record_size, block, values);
    done += block;
  }
}

void CombineTable::fold_placed(const BoundFold& fold, const void* records, std::size_t count,
                               const ValuePlaces& values) {
  // Entries in slots are counted by the slots.
  std::size_t made_in_slots = 0;
  std::size_t& made = slots_.hashed() ? made_in_slots : entries_.counted();
  fold.loops.fold(fold.fold, records, count, values, made);
}

// ---- text ----

void CombineTable::store_text(std::byte* to, TextKey key) {
  const std::uint64_t hash = own_text_key(key, arena_, seed_);
  store(to, key);
  store(to + type_.hash_offset, hash);
}

void CombineTable::append_texts(const std::string_view* texts, std::size_t count,
                                ValuePlaces& values) {
  entries_.reserve(placed_ + count);
  for (std::size_t i = 0; i < count; ++i) {
    TextKey key;
    mix_.of_text(texts[i], seed_, key);
    store_text(add_entry(values, i), key);
  }
}

void CombineTable::place_texts(const std::string_view* texts, std::size_t count,
                               ValuePlaces& values) {
  if (appending_) return append_texts(texts, count, values);
  if (!type_.slots) return find_texts(texts, count, values);
  slots_.make_room(count, entries_, mix_);
  ExpectedTexts expected;
  for (std::size_t i = 0; i < count; ++i) {
    expected.homes[i] = slots_.expect(mix_.of_text(texts[i], seed_, expected.keys[i]));
  }
  slots_.find_texts(expected, count, arena_, seed_, values);
}

void CombineTable::find_texts(const std::string_view* texts, std::size_t count,
                              ValuePlaces& values) {
  TextKey keys[kCombineBlock];
  std::uint64_t hashes[kCombineBlock];
  make_index_room(count);
  for (std::size_t i = 0; i < count; ++i) {
    hashes[i] = mix_.of_text(texts[i], seed_, keys[i]);
    index_.prefetch(hashes[i]);
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t& slot = index_.find(hashes[i], [&](std::size_t at) {
      return same_text_key(load<TextKey>(entry(at)), keys[i]);
    });
    if (slot != 0) {
      values.places[i] = entry(index_.position(slot)) + type_.value_offset;
    } else {
      slot = index_.slot_for(placed_, hashes[i]);
      store_text(add_entry(values, i), keys[i]);
    }
  }
}

// ---- integers ----

void CombineTable::store_word(std::byte* to, std::uint64_t word) noexcept {
  // The low bytes come first.
  switch (type_.key_size) {
    case 8:
      return store(to, word);
    case 4:
      return store(to, static_cast<std::uint32_t>(word));
    default:
      std::memcpy(to, &word, type_.key_size);
  }
}

void CombineTable::append_words(const std::uint64_t* words, std::size_t count,
                                ValuePlaces& values) {
  entries_.reserve(placed_ + count);
  const std::size_t size = type_.size;
  const std::size_t value_offset = type_.value_offset;
  with_integer(type_, [&, at = entry(placed_)]<class Key>(Key) mutable {
    for (std::size_t i = 0; i < count; ++i, at += size) {
      store(at, static_cast<Key>(words[i]));
      values.places[i] = at + value_offset;
    }
  });
  values.fresh = all_positions(count);
  placed_ += count;
}

void CombineTable::place_words(const std::uint64_t* words, std::size_t count, ValuePlaces& values) {
  if (appending_) return append_words(words, count, values);
  if (!slots_.hashed() && !indexed_) {
    if (dense_covers(words, count)) return find_dense(words, count, values);
    forget_dense();
  }
  if (!type_.slots) return find_words(words, count, values);
  slots_.make_room(count, entries_, mix_);
  slots_.find_words(words, count, mix_, values);
  placed_ = 0;
}

bool CombineTable::dense_covers(const std::uint64_t* words, std::size_t count) {
  if (dense_.covers(words, count)) return true;
  // Moves the range over the block and all keys so far. Signed words are ordered as unsigned ones
  // once their sign bit is flipped.
  const std::uint64_t bias = std::uint64_t{type_.signed_key} << 63;
  std::uint64_t low = ~std::uint64_t{0};
  std::uint64_t high = 0;
  const auto include = [&](std::uint64_t word) {
    low = word < low ? word : low;
    high = word > high ? word : high;
  };
  for (std::size_t i = 0; i < count; ++i) include(words[i] + bias);
  with_integer(type_, [&]<class Key>(Key) {
    for (std::size_t i = 0; i < placed_; ++i) include(word_of<Key>(entry(i)) + bias);
  });
  return dense_.cover(low - bias, high - bias);
}

// Folds at once what needs no new entry, up to the first record that does.
std::size_t CombineTable::fold_dense(const BoundFold& fold, const void* records,
                                     const std::uint64_t* words, std::size_t count) {
  if (appending_ || fold.loops.fold_dense == nullptr || !dense_.covers(words, count)) return 0;
  const DenseValues values{words, dense_.places(), entry(0) + type_.value_offset - type_.size,
                           type_.size};
  return fold.loops.fold_dense(fold.fold, records, count, values);
}

void CombineTable::find_dense(const std::uint64_t* words, std::size_t count, ValuePlaces& values) {
  entries_.reserve(placed_ + count);
  with_size(type_.size, [&]<std::uint32_t kSize>(EntrySize<kSize>) {
    const std::size_t size = EntrySize<kSize>::or_given(type_.size);
    std::byte* const first = entry(0) + type_.value_offset - size;
    std::uint32_t* const dense = dense_.places();
    std::uint8_t away[kCombineBlock];
    const std::size_t strangers = sift(count, away, [&](std::size_t i) {
      const std::uint32_t place = dense[words[i] % CombineDense::kRange];
      values.places[i] = first + place * size;
      return place != 0;
    });
    for (std::size_t n = 0; n < strangers; ++n) {
      const std::size_t i = away[n];
      std::uint32_t& place = dense[words[i] % CombineDense::kRange];
      if (place == 0) {
        store_word(add_entry(values, i), words[i]);
        place = static_cast<std::uint32_t>(placed_);
      } else {
        values.places[i] = first + place * size;
      }
    }
  });
}

void CombineTable::forget_dense() noexcept {
  if (dense_.bytes() == 0) return;
  if (placed_ > CombineDense::kRange / 8) return dense_.clear();
  with_integer(type_, [&]<class Key>(Key) {
    for (std::size_t i = 0; i < placed_; ++i) dense_[word_of<Key>(entry(i))] = 0;
  });
  dense_.forget_range();
}

void CombineTable::find_words(const std::uint64_t* words, std::size_t count, ValuePlaces& values) {
  std::uint64_t hashes[kCombineBlock];
  make_index_room(count);
  for (std::size_t i = 0; i < count; ++i) {
    hashes[i] = mix_(words[i]);
    index_.prefetch(hashes[i]);
  }
  with_integer(type_, [&]<class Key>(Key) {
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t& slot = index_.find(
          hashes[i], [&](std::size_t at) { return word_of<Key>(entry(at)) == words[i]; });
      if (slot != 0) {
        values.places[i] = entry(index_.position(slot)) + type_.value_offset;
      } else {
        slot = index_.slot_for(placed_, hashes[i]);
        store_word(add_entry(values, i), words[i]);
      }
    }
  });
}

void CombineTable::make_index_room(std::size_t count) {
  const std::size_t needed = placed_ + count;
  entries_.reserve(needed);
  if (indexed_ && needed <= index_.room()) return;
  index_.reset(indexed_ ? 2 * needed : first_room(last_size_, needed));
  indexed_ = true;
  for_each_table_hash(type_, entries_.memory(), placed_, mix_,
                      [&](std::size_t i, std::uint64_t hash) {
                        index_.find_empty(hash) = index_.slot_for(i, hash);
                      });
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
