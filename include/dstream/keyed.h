#pragma once

#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>

#include <dstream/detail/aggregate_call.h>
#include <dstream/detail/keys.h>
#include <dstream/detail/value_steps.h>
#include <dstream/key_transformations.h>
#include <dstream/partitions.h>
#include <dstream/transformations.h>

namespace dstream {
inline namespace v1 {

/// A stream and its key function: what `key_by` gives. The operators see whole records of T; no
/// pair is made before a result is. `KeyedDStream<K, T>` is the form over a DStream.
template <class K, class T, template <class> class Stream>
class Keyed : public KeyTransformations<Keyed<K, T, Stream>> {
 public:
  /// How many records each key of the batch has: pairs (key, count).
  template <class P = Partitions>
  Stream<std::pair<Owned<K>, std::int64_t>> count(
      P partitions = {}, std::source_location where = std::source_location::current()) const {
    return detail::by_key<Owned<K>>(stream_, {"count", where}, keys_, detail::KeyCountFold{},
                                    std::move(partitions));
  }

  /// reduce_by_key under its short name: folds the records of each key with
  /// `Owned<T> f(Owned<T>, const T&)`, associative.
  template <class F, class P = Partitions>
  auto reduce(F f, P partitions = {},
              std::source_location where = std::source_location::current()) const {
    return this->reduce_as({"reduce", where}, std::move(f), std::move(partitions));
  }

  /// Pairs of the key and f(record). Keeps order and partitions.
  template <class F>
  auto map_values(F f, std::source_location where = std::source_location::current()) const {
    static_assert(detail::MapCallable<F, T>,
                  "map_values: the callable must be callable as f(const T&) (const, for several "
                  "threads) and return a value, where T is the record type");
    if constexpr (detail::MapCallable<F, T>) {
      return pairs_of<std::decay_t<detail::RecordResultT<F, T>>>({"map_values", where},
                                                                 std::move(f));
    }
  }

  /// The records of each key by up to eight aggregates of T (see aggregates.h), with the partitions
  /// behind them if wanted: pairs of the key and the result, of several aggregates a std::tuple of
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
    return pairs_of<T>({"pairs", where}, detail::IdentityKey{});
  }

  // For the library.
  Keyed(Stream<T> stream, detail::ComputedKeys<T, K> keys)
      : stream_(std::move(stream)), keys_(std::move(keys)) {}
  const Stream<T>& stream() const { return stream_; }
  const detail::ComputedKeys<T, K>& keys() const { return keys_; }

 private:
  template <class U, class F>
  Stream<std::pair<K, U>> pairs_of(const detail::Origin& origin, F f) const {
    return detail::narrow<std::pair<K, U>, detail::KeyedMapStep<T, K, U, F>>(
        stream_, origin, detail::KeyedCallable<T, K, F>{keys_, std::move(f)});
  }

  Stream<T> stream_;
  detail::ComputedKeys<T, K> keys_;
};

}  // namespace v1
}  // namespace dstream
