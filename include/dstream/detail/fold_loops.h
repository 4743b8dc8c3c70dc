#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/detail/combine_index.h>
#include <dstream/detail/fold_object.h>
#include <dstream/detail/fold_results.h>
#include <dstream/detail/key_source.h>
#include <dstream/hash_of.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// What of a shuffle by key users' code compiles: loops over a block of records or entries that call
// the user's functions. The tables, which see bytes, are the library's.

/// Where a loop finds or makes the values of a block, one for each record.
struct ValuePlaces {
  void* places[kCombineBlock];
  /// Bit i is set where record i is the first of its key: the place holds nothing yet.
  std::uint64_t fresh;
};

/// Where a loop finds the values of integer keys in a range of 2^16.
struct DenseValues {
  const std::uint64_t* words;   ///< the records' keys
  const std::uint32_t* places;  ///< by the low 16 bits of a key: its value's number, 0 for none
  std::byte* values;            ///< where value 0 would be
  std::size_t stride;           ///< in bytes
};

/// The loops over the entries of one type that one fold calls for. `fold` is the fold itself, or
/// null for one that holds nothing;
/// `made` counts what was made, as it is made, so that an exception leaves nothing uncounted.
struct FoldLoops {
  const EntryType* entry;
  const ElementType* result;

  /// Folds records into values; null for keys of the kind kAny.
  void (*fold)(const void* fold, const void* records, std::size_t count, const ValuePlaces& values,
               std::size_t& made);
  /// Folds records into the values of dense keys up to the first record without a value; returns
  /// how many. Null for keys that are no integers, and for folds that only make values.
  std::size_t (*fold_dense)(const void* fold, const void* records, std::size_t count,
                            const DenseValues& values);
  /// Looks records up and folds them, where there is an index; appends entries otherwise. Only for
  /// keys of the kind kAny.
  void (*fold_any)(const KeySource& keys, const void* fold, const void* records, std::size_t count,
                   CombineIndex* index, CombineMemory& entries, std::uint64_t seed,
                   KeyTexts& texts);
  /// Folds the values of other entries into values, except fresh ones that bytes can be copied to.
  void (*merge)(const void* fold, const void* entries, std::size_t count, const ValuePlaces& values,
                std::size_t& made);
  void (*merge_any)(const void* fold, const void* entries, std::size_t count, CombineIndex& index,
                    CombineMemory& merged);
  /// Makes results of entries, which may be moved from if they are `movable`.
  void (*emit)(const void* fold, void* entries, std::size_t count, bool movable, void* results,
               std::size_t& made);
};

/// A fold and its loops.
struct BoundFold {
  const FoldLoops& loops;
  const void* fold;
};

// ---- folding ----

template <class Fold, class Record>
concept AddsRecords = requires(const Fold& fold, typename Fold::Value& value,
                               const Record& record) { fold.add(value, record); };

/// Stands for the records that a fold does not look at: its loops are made once for all streams.
struct AnyRecord {};

template <class T>
const T& record_at(const void* records, std::size_t i) noexcept {
  if constexpr (std::is_same_v<T, AnyRecord>) {
    static constexpr AnyRecord kRecord{};
    return kRecord;
  } else {
    return static_cast<const T*>(records)[i];
  }
}

/// Takes the lowest position out of a set of them, which is not empty.
inline std::size_t take_lowest(std::uint64_t& positions) noexcept {
  const auto lowest = static_cast<std::size_t>(__builtin_ctzll(positions));
  positions &= positions - 1;
  return lowest;
}
inline std::uint64_t all_positions(std::size_t count) noexcept {
  return count == 0 ? 0 : ~std::uint64_t{0} >> (kCombineBlock - count);
}

// First all new values, then the others: no branch per record that nobody can predict. The records
// of one key keep their order.

template <class T, class Fold>
void fold_records(const void* fold_object, const void* records, std::size_t count,
                  const ValuePlaces& values, std::size_t& made) {
  using V = typename Fold::Value;
  const Fold& fold = fold_at<Fold>(fold_object);
  if constexpr (AddsRecords<Fold, T>) {
    if (values.fresh == 0) {
      for (std::size_t i = 0; i < count; ++i) {
        fold.add(*static_cast<V*>(values.places[i]), record_at<T>(records, i));
      }
      return;
    }
  }
  for (std::uint64_t fresh = values.fresh; fresh != 0; ++made) {
    const std::size_t i = take_lowest(fresh);
    ::new (values.places[i]) V(fold.first(record_at<T>(records, i)));
  }
  if constexpr (AddsRecords<Fold, T>) {
    for (std::uint64_t others = all_positions(count) & ~values.fresh; others != 0;) {
      const std::size_t i = take_lowest(others);
      fold.add(*static_cast<V*>(values.places[i]), record_at<T>(records, i));
    }
  }
}

template <class T, class Fold>
std::size_t fold_dense_records(const void* fold_object, const void* records, std::size_t count,
                               const DenseValues& dense) {
  using V = typename Fold::Value;
  const Fold& fold = fold_at<Fold>(fold_object);
  const auto [words, places, values, stride] = dense;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t place = places[static_cast<std::uint16_t>(words[i])];
    if (place == 0) [[unlikely]]
      return i;
    fold.add(*reinterpret_cast<V*>(values + place * stride), record_at<T>(records, i));
  }
  return count;
}

// A fold that only reads the other value spares a copy of it.
template <class Fold, class V>
void merge_value(const Fold& fold, V& into, const V& from) {
  if constexpr (requires { fold.merge(into, from); }) {
    fold.merge(into, from);
  } else {
    fold.merge(into, V(from));
  }
}

template <class K, class Fold>
void merge_entries(const void* fold_object, const void* entry_bytes, std::size_t count,
                   const ValuePlaces& values, std::size_t& made) {
  using V = typename Fold::Value;
  using Entry = CombineEntry<K, V>;
  const Fold& fold = fold_at<Fold>(fold_object);
  const Entry* const entries = static_cast<const Entry*>(entry_bytes);
  if constexpr (!kIsBytes<Entry>) {
    for (std::uint64_t fresh = values.fresh; fresh != 0; ++made) {
      const std::size_t i = take_lowest(fresh);
      ::new (values.places[i]) V(entries[i].value);
    }
  }
  for (std::uint64_t others = all_positions(count) & ~values.fresh; others != 0;) {
    const std::size_t i = take_lowest(others);
    merge_value(fold, *static_cast<V*>(values.places[i]), entries[i].value);
  }
}

// ---- keys that are neither text nor integers ----

/// Appends an entry; the caller has reserved the place.
template <class Entry, class... Parts>
void append_entry(CombineMemory& entries, Parts&&... parts) {
  ::new (static_cast<void*>(static_cast<Entry*>(entries.memory()) + entries.size()))
      Entry{std::forward<Parts>(parts)...};
  ++entries.counted();
}

template <class T, class K, class Keys, class Fold>
void fold_any_records(const KeySource& source, const void* fold_object, const void* record_bytes,
                      std::size_t count, CombineIndex* index, CombineMemory& entries,
                      std::uint64_t seed, KeyTexts& texts) {
  using Entry = CombineEntry<K, typename Fold::Value>;
  const Fold& fold = fold_at<Fold>(fold_object);
  const T* const records = static_cast<const T*>(record_bytes);
  typename Keys::template Block<T> keys(source, records, count, texts);
  for (std::size_t i = 0; i < count; ++i) {
    auto&& key = keys[i];
    const std::uint64_t hash = hash_of(key, seed);
    std::uint32_t* slot = nullptr;
    if constexpr (AddsRecords<Fold, T>) {
      if (index != nullptr) {
        Entry* const held = static_cast<Entry*>(entries.memory());
        slot = &index->find(hash, [&](std::size_t at) { return held[at].matches(key, hash); });
        if (*slot != 0) {
          fold.add(held[index->position(*slot)].value, records[i]);
          continue;
        }
      }
    }
    append_entry<Entry>(entries, own(std::forward<decltype(key)>(key)), hash,
                        fold.first(records[i]));
    if (slot != nullptr) *slot = index->slot_for(entries.size() - 1, hash);
  }
}

template <class K, class Fold>
void merge_any_entries(const void* fold_object, const void* entry_bytes, std::size_t count,
                       CombineIndex& index, CombineMemory& merged) {
  using Entry = CombineEntry<K, typename Fold::Value>;
  const Fold& fold = fold_at<Fold>(fold_object);
  const Entry* const entries = static_cast<const Entry*>(entry_bytes);
  Entry* const held = static_cast<Entry*>(merged.memory());
  for (std::size_t i = 0; i < count; ++i) index.prefetch(entries[i].stored_hash);
  for (std::size_t i = 0; i < count; ++i) {
    const Entry& entry = entries[i];
    const std::uint64_t hash = entry.stored_hash;
    std::uint32_t& slot =
        index.find(hash, [&](std::size_t at) { return held[at].matches(entry.key, hash); });
    if (slot != 0) {
      merge_value(fold, held[index.position(slot)].value, entry.value);
    } else {
      append_entry<Entry>(merged, entry);
      slot = index.slot_for(merged.size() - 1, hash);
    }
  }
}

// ---- all of them ----

/// Only keys that are neither text nor integers have loops of their own for each source of keys.
template <class K, class Keys>
using LoopKeys = std::conditional_t<kKeyKind<K> == KeyKind::kAny, Keys, void>;

/// For a shuffle of records of T with keys of K that a `Keys` gives.
template <class T, class K, class Keys, class Fold>
constexpr FoldLoops fold_loops() {
  FoldLoops loops{};
  loops.entry = &kEntryType<K, typename Fold::Value>;
  loops.result = &kResultType<KeyedResult<K, FoldResultT<Fold>>>;
  if constexpr (kKeyKind<K> == KeyKind::kAny) {
    loops.fold_any = &fold_any_records<T, K, Keys, Fold>;
    loops.merge_any = &merge_any_entries<K, Fold>;
  } else {
    loops.fold = &fold_records<T, Fold>;
    if constexpr (kKeyKind<K> == KeyKind::kInteger && AddsRecords<Fold, T>) {
      loops.fold_dense = &fold_dense_records<T, Fold>;
    }
    loops.merge = &merge_entries<K, Fold>;
  }
  loops.emit = &emit_results<K, Fold>;
  return loops;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
