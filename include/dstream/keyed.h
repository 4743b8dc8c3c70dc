#pragma once

#include <cstdint>
#include <source_location>
#include <utility>

#include <dstream/detail/aggregate_call.h>
#include <dstream/detail/keys.h>
#include <dstream/partitions.h>
#include <dstream/transformations.h>

namespace dstream {
inline namespace v1 {

/// A stream and its key function: what `key_by` gives. The operators see whole records of T; no
/// pair is made before a result is. `KeyedDStream<K, T>` is the form over a DStream.
template <class K, class T, template <class> class Stream>
class Keyed {
 public:
  /// How many records each key of the batch has: pairs (key, count).
  Stream<std::pair<Owned<K>, std::int64_t>> count(
      Partitions partitions = {},
      std::source_location where = std::source_location::current()) const {
    return detail::by_key<Owned<K>>(stream_, {"count", where}, keys_, detail::KeyCountFold{},
                                    partitions);
  }

  /// Folds the records of each key with `Owned<T> f(Owned<T>, const T&)`, associative: pairs of the
  /// key and the folded record, ordered by key group, then by first appearance.
  template <class F>
  auto reduce(F f, Partitions partitions = {},
              std::source_location where = std::source_location::current()) const {
    detail::check_retainable<T>();
    static_assert(detail::ReduceCallable<F, T>,
                  "reduce: the callable must be callable as f(Owned<T>, const T&) and return "
                  "Owned<T>");
    if constexpr (detail::ReduceCallable<F, T>) {
      using Fold = detail::RecordReduceFold<T, F>;
      return detail::by_key<Owned<K>>(stream_, {"reduce", where}, keys_, Fold{std::move(f)},
                                      partitions);
    }
  }

  /// The records of each key by up to eight aggregates of T (see aggregates.h), and at last, if
  /// wanted, a Partitions: pairs of the key and the result, of several aggregates a std::tuple of
  /// theirs. Order as for reduce. A key has at least one record, so no result is optional.
  template <class A1, class A2 = detail::Omitted, class A3 = detail::Omitted,
            class A4 = detail::Omitted, class A5 = detail::Omitted, class A6 = detail::Omitted,
            class A7 = detail::Omitted, class A8 = detail::Omitted, class A9 = detail::Omitted>
  auto aggregate(A1 a1, A2 a2 = {}, A3 a3 = {}, A4 a4 = {}, A5 a5 = {}, A6 a6 = {}, A7 a7 = {},
                 A8 a8 = {}, A9 a9 = {},
                 std::source_location where = std::source_location::current()) const {
    detail::check_aggregates<T, A1, A2, A3, A4, A5, A6, A7, A8, A9>();
    if constexpr (detail::kAggregates<T, A1, A2, A3, A4, A5, A6, A7, A8, A9>) {
      return detail::aggregate_by_key<Owned<K>, detail::RecordItself, T>(
          stream_, {"aggregate", where}, keys_, a1, a2, a3, a4, a5, a6, a7, a8, a9);
    }
  }

  /// The records as pairs (key, record).
  Stream<std::pair<K, T>> pairs(
      std::source_location where = std::source_location::current()) const {
    return stream_.map(
        [keys = keys_](const T& record) { return std::pair<K, T>(keys(record), record); }, where);
  }

  // For the library.
  Keyed(Stream<T> stream, detail::ComputedKeys<T, K> keys)
      : stream_(std::move(stream)), keys_(std::move(keys)) {}

 private:
  Stream<T> stream_;
  detail::ComputedKeys<T, K> keys_;
};

}  // namespace v1
}  // namespace dstream
