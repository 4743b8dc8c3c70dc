#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/callables.h>
#include <dstream/detail/derive.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/partition_steps.h>
#include <dstream/detail/record_exchanges.h>
#include <dstream/detail/sample_step.h>
#include <dstream/detail/sort_key.h>
#include <dstream/detail/sorting.h>
#include <dstream/detail/top_choosing.h>
#include <dstream/owned.h>
#include <dstream/partitions.h>
#include <dstream/sort_order.h>

namespace dstream {
inline namespace v1 {

namespace detail {

/// Throws Errc::invalid_argument for a negative n.
DSTREAM_EXPORT std::size_t checked_limit(std::int64_t n, const Origin& origin);

template <class Order, class K>
inline constexpr bool kSortsBy = std::is_same_v<Order, SortOrder> || OrderOf<Order, K>;

}  // namespace detail

/// The transformations that see partitions and order, shared by DStream and Rdd.
///
/// A partition is here what one task works on: a slice of a source's block
/// (`Options::slice_records` records at most), or a partition of a shuffle. Where a batch has none,
/// nothing runs: an empty batch of a source has no partitions, and a shuffle by key none for keys
/// that do not occur. Operators that keep or move records (all but `sample`) need a T whose owned
/// form holds no views.
template <class T, template <class> class Stream>
class PartitionTransformations {
 public:
  /// Calls f once for each partition, also for one that filters have left empty:
  /// `Range f(std::span<const Owned<T>> records)`, or with `const TaskContext&` as second
  /// parameter. The elements of the range are the result; views may point into the span. With the
  /// result type named, as in `map_partitions<U>(f)`, f takes a last parameter `emit` instead of
  /// returning a range, and calls it for each result. A partition is copied together before f is
  /// called.
  template <class Result = void, class F>
  auto map_partitions(F f, std::source_location where = std::source_location::current()) const {
    detail::check_retainable<T>();
    constexpr bool kFits = detail::fits_partitions<F, T, Result>();
    static_assert(kFits,
                  "map_partitions: the callable must be callable as f(std::span<const Owned<T>>), "
                  "or with a const TaskContext& behind it, and return a range; one that takes a "
                  "last parameter `emit` needs its result type named: map_partitions<U>(f)");
    if constexpr (kFits && std::is_void_v<Result>) {
      using U = typename detail::RangeElement<
          std::remove_cvref_t<detail::MapPartitionsResult<F, T>>>::type;
      return detail::narrow<U, detail::PartitionStep<T, U, F>>(self(), {"map_partitions", where},
                                                               std::move(f));
    } else if constexpr (kFits) {
      return detail::narrow<Result, detail::PartitionStep<T, Result, F>>(
          self(), {"map_partitions", where}, std::move(f));
    }
  }

  /// Each partition as one record, a vector of its records.
  auto glom(std::source_location where = std::source_location::current()) const {
    detail::check_retainable<T>();
    return detail::narrow<std::vector<Owned<T>>, detail::GlomStep<T>>(self(), {"glom", where},
                                                                      detail::NoCallable{});
  }

  /// Deals the records out to exactly n partitions, 1 to 128: that at position i of the batch goes
  /// to partition i mod n, so partitions differ by one record at most. Always shuffles; n tasks run
  /// in every batch, with records or without. Throws Errc::invalid_argument for any other n.
  Stream<T> repartition(Partitions n,
                        std::source_location where = std::source_location::current()) const {
    const detail::Origin origin{"repartition", where};
    detail::check_retainable<T>();
    return detail::exchange<T>(
        self(), origin,
        detail::make_repartition_exchange(detail::kRecordKeeping<T>, n.checked(origin)));
  }

  /// Each record with probability `fraction`, 0 to 1. The choice follows from the seed, the batch
  /// time and the record's place alone, so a retry makes the same one; samples of one stream with
  /// one seed are equal. Throws Errc::invalid_argument for any other fraction.
  Stream<T> sample(double fraction, std::uint64_t seed = 0,
                   std::source_location where = std::source_location::current()) const {
    const detail::Origin origin{"sample", where};
    return detail::narrow<T, detail::SampleStep<T>>(
        self(), origin, detail::SampleChoice::once(fraction, seed, origin));
  }

  /// Each record as often as a Poisson distribution with this mean says, 0 to 100: a sample with
  /// replacement. The choice is made as sample() makes it. Throws Errc::invalid_argument for any
  /// other mean.
  Stream<T> sample_with_replacement(
      double mean, std::uint64_t seed = 0,
      std::source_location where = std::source_location::current()) const {
    const detail::Origin origin{"sample_with_replacement", where};
    return detail::narrow<T, detail::SampleStep<T>>(
        self(), origin, detail::SampleChoice::often(mean, seed, origin));
  }

  /// Pairs of each record and its position in the batch: 0, 1, 2, … in slice order. A shuffle that
  /// keeps slices whole.
  auto zip_with_index(std::source_location where = std::source_location::current()) const {
    detail::check_retainable<T>();
    return detail::exchange<std::pair<T, std::int64_t>>(
        self(), {"zip_with_index", where}, detail::make_index_exchange(detail::kIndexReading<T>));
  }

  /// Sorts each batch by key(record), a callable or a pointer to a member: the partitions, one
  /// after the other, are in order, and records with equal keys keep theirs. `order` is a SortOrder
  /// or a comparison `bool less(const K&, const K&)`. Numbers: NaN comes last in both orders, -0.0
  /// equals 0.0; a NaN inside a pair or struct makes the place of its record unspecified.
  ///
  /// The batch is cut into ranges of about the same size, one per partition, fewer for small
  /// batches (1 024 records each at least). Records with equal keys may lie in neighbouring
  /// partitions. The result does not depend on the number of partitions. Sorts numbers, enums,
  /// times and durations by radix, other keys by comparison; each key is computed once.
  template <class F, class Order = SortOrder>
  auto sort_by(F key, Order order = {}, Partitions partitions = {},
               std::source_location where = std::source_location::current()) const {
    return sort_by_keys({"sort_by", where}, detail::as_function(std::move(key)), std::move(order),
                        partitions);
  }

  /// sort_by() the first of pairs.
  template <class Order = SortOrder>
  auto sort_by_key(Order order = {}, Partitions partitions = {},
                   std::source_location where = std::source_location::current()) const {
    detail::check_pairs<T>();
    if constexpr (PairLike<T>) {
      return sort_by_keys({"sort_by_key", where}, detail::PairKey::First{}, std::move(order),
                          partitions);
    }
  }

  /// The n largest records of each batch, the largest first; among equals the earlier ones. All of
  /// them where there are fewer; one partition. `less` is a comparison
  /// `bool less(const T&, const T&)`; left out, it is the records' operator<, with NaN as the
  /// least. Keeps n records per slice. Throws Errc::invalid_argument for a negative n.
  template <class Less = detail::NaturalOrder>
  auto top(std::int64_t n, Less less = {},
           std::source_location where = std::source_location::current()) const {
    if constexpr (std::is_same_v<Less, detail::NaturalOrder>) {
      return first_of({"top", where}, n, detail::NaturalOrder{SortOrder::descending});
    } else {
      return first_of({"top", where}, n, detail::Reversed<Less>{std::move(less)});
    }
  }

  /// The n smallest records of each batch, the smallest first; otherwise as top(). NaN comes last.
  template <class Less = detail::NaturalOrder>
  auto take_ordered(std::int64_t n, Less less = {},
                    std::source_location where = std::source_location::current()) const {
    return first_of({"take_ordered", where}, n, std::move(less));
  }

 private:
  template <class F, class Order>
  auto sort_by_keys(const detail::Origin& origin, F key, Order order, Partitions partitions) const {
    detail::check_retainable<T>();
    constexpr bool kHasKey = detail::TakesConst<F, T> && detail::MapCallable<F, T>;
    static_assert(kHasKey,
                  "sort_by: the key must be a pointer to a member or callable as f(const T&), and "
                  "return the key");
    if constexpr (kHasKey) {
      using K = std::decay_t<detail::RecordResultT<F, T>>;
      detail::check_retainable<K>();
      constexpr bool kHasOrder = detail::kSortsBy<Order, K>;
      static_assert(kHasOrder,
                    "sort_by: the order must be SortOrder::ascending, SortOrder::descending or a "
                    "comparison callable as less(const K&, const K&), where K is the key");
      constexpr bool kComparable =
          !std::is_same_v<Order, SortOrder> || detail::WordKey<K> || detail::Ordered<K>;
      static_assert(kComparable,
                    "sort_by: the key has no order: give it an operator<, or pass a comparison "
                    "less(const K&, const K&) as second argument");
      if constexpr (kHasOrder && kComparable) {
        return detail::exchange<T>(self(), origin,
                                   detail::make_sort_exchange<T>(std::move(key), std::move(order),
                                                                 partitions.checked(origin)));
      }
    }
  }

  /// The first n records by `before`.
  template <class Before>
  auto first_of(const detail::Origin& origin, std::int64_t n, Before before) const {
    detail::check_retainable<T>();
    constexpr bool kNatural = std::is_same_v<Before, detail::NaturalOrder>;
    constexpr bool kComparable = kNatural ? detail::Ordered<T> : detail::OrderOf<Before, T>;
    static_assert(kComparable,
                  "top, take_ordered: the records have no order: give them an operator<, or pass a "
                  "comparison callable as less(const T&, const T&) as second argument");
    if constexpr (kComparable) {
      return detail::exchange<T>(
          self(), origin,
          detail::make_top_exchange<T>(std::move(before), detail::checked_limit(n, origin)));
    }
  }

  const Stream<T>& self() const { return static_cast<const Stream<T>&>(*this); }
};

}  // namespace v1
}  // namespace dstream
