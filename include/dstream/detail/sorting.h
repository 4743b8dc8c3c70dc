#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/exchange.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/kept_records.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/sort_key.h>
#include <dstream/export.h>
#include <dstream/sort_order.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// What sort_by() needs of a user's types; the sorting itself is the library's.

/// A key as a word (see sort_key.h) with what belongs to it: a small record itself, or where it is.
template <class Word>
struct SortEntry {
  Word key;
  Word value;
};
using SortEntry32 = SortEntry<std::uint32_t>;
using SortEntry64 = SortEntry<std::uint64_t>;

/// Whether an entry can hold a record of T beside its key.
template <class T, class Word>
inline constexpr bool kFitsEntry =
    std::is_trivially_copyable_v<T> && std::is_same_v<T, Owned<T>> && sizeof(T) <= sizeof(Word);

/// A sort by keys that are words. A record that is no larger than its entry's second half travels
/// in it; of others, the entries say where they are.
struct WordSorting {
  const RecordKeeping* records;
  bool small;   ///< entries are SortEntry32, not SortEntry64
  bool inside;  ///< entries hold the records
  /// Writes the entries of a chunk, whose records are put at `position` and on.
  void (*entries)(const void* key, SortOrder order, const Chunk& chunk, std::size_t position,
                  void* to);
};

template <class F, class T>
using SortKeyOf = std::decay_t<std::invoke_result_t<const F&, const T&>>;

template <class F, class T>
using SortWordOf =
    std::conditional_t<kFitsEntry<T, std::uint32_t>, SortWord<SortKeyOf<F, T>>, std::uint64_t>;

template <class T, class F>
void write_sort_entries(const void* function, SortOrder order, const Chunk& chunk,
                        std::size_t position, void* to) {
  using Word = SortWordOf<F, T>;
  LoopCallable<F> key = *static_cast<const F*>(function);
  SortEntry<Word>* entry = static_cast<SortEntry<Word>*>(to);
  const T* const records = static_cast<const T*>(chunk.data);
  for (const T* record = records; record != records + chunk.size; ++record) {
    entry->key = sort_word<SortKeyOf<F, T>>(key(*record), order);
    if constexpr (kFitsEntry<T, Word>) {
      entry->value = 0;
      std::memcpy(&entry->value, record, sizeof(T));
    } else {
      entry->value = static_cast<Word>(position++);
    }
    ++entry;
  }
}

template <class T, class F>
inline constexpr WordSorting kWordSorting{&kRecordKeeping<T>, sizeof(SortWordOf<F, T>) == 4,
                                          kFitsEntry<T, SortWordOf<F, T>>,
                                          &write_sort_entries<T, F>};

/// A sort by keys of any type and a comparison; both are members of what `functions` point to.
struct CompareSorting {
  const RecordKeeping* records;
  const ElementType* key;  ///< as it is kept
  void (*keys)(const void* functions, const Chunk& chunk, KeptRecords& to);
  bool (*less)(const void* functions, const void* a, const void* b);
};

template <class F, class Less>
struct SortFunctions {
  F key;
  Less less;
};

template <class T, class F, class Less>
void keep_sort_keys(const void* functions, const Chunk& chunk, KeptRecords& to) {
  const F& key = static_cast<const SortFunctions<F, Less>*>(functions)->key;
  const T* const records = static_cast<const T*>(chunk.data);
  for (std::size_t i = 0; i < chunk.size; ++i) keep_record<SortKeyOf<F, T>>(key(records[i]), to);
}

template <class K, class F, class Less>
bool less_sort_key(const void* functions, const void* a, const void* b) {
  const Less& less = static_cast<const SortFunctions<F, Less>*>(functions)->less;
  return static_cast<bool>(less(look_at<K>(a), look_at<K>(b)));
}

template <class T, class F, class Less>
inline constexpr CompareSorting kCompareSorting{
    &kRecordKeeping<T>, &kElementType<Kept<SortKeyOf<F, T>>>, &keep_sort_keys<T, F, Less>,
    &less_sort_key<SortKeyOf<F, T>, F, Less>};

/// sort_by(): each slice sorts its records into a run; each reader finds its range of keys in all
/// runs, the same cuts as every other reader finds, and merges them. `partitions` 0: the context's
/// default.
DSTREAM_EXPORT std::shared_ptr<const Exchange> make_word_sort_exchange(
    const WordSorting& sorting, std::shared_ptr<const void> key, SortOrder order,
    std::uint32_t partitions);
DSTREAM_EXPORT std::shared_ptr<const Exchange> make_compare_sort_exchange(
    const CompareSorting& sorting, std::shared_ptr<const void> functions, std::uint32_t partitions);

/// Sorts records of T by the keys that F gives: natural order by words where keys have them, else
/// by comparison.
template <class T, class F, class Order>
std::shared_ptr<const Exchange> make_sort_exchange(F key, Order order, std::uint32_t partitions) {
  constexpr bool kNatural = std::is_same_v<Order, SortOrder>;
  if constexpr (kNatural && WordKey<SortKeyOf<F, T>>) {
    return make_word_sort_exchange(
        kWordSorting<T, F>, keep(new F(std::move(key)), &destroy_object<F>), order, partitions);
  } else {
    using Less = std::conditional_t<kNatural, NaturalOrder, Order>;
    using Functions = SortFunctions<F, Less>;
    return make_compare_sort_exchange(
        kCompareSorting<T, F, Less>,
        keep(new Functions{std::move(key), Less{std::move(order)}}, &destroy_object<Functions>),
        partitions);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
