#pragma once

#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>

#include <dstream/detail/aggregate_call.h>
#include <dstream/detail/callables.h>
#include <dstream/detail/derive.h>
#include <dstream/owned.h>
#include <dstream/partitions.h>

namespace dstream {
inline namespace v1 {

namespace detail {

/// reduce_by_key: folds the second of pairs.
template <class Pair, class F>
struct PairReduceFold {
  using Value = Owned<typename Pair::second_type>;
  F f;

  Value first(const Pair& pair) const { return own(pair.second); }
  void add(Value& value, const Pair& pair) const { value = f(std::move(value), pair.second); }
  void merge(Value& into, Value&& from) const {
    if constexpr (std::is_invocable_v<const F&, Value, Value>) {
      into = f(std::move(into), std::move(from));
    } else {
      into = f(std::move(into), borrow<typename Pair::second_type>(from));
    }
  }
};

}  // namespace detail

/// The transformations of streams of pairs, shared by DStream and Rdd. On a stream of other records
/// they fail to compile with one message.
template <class T, template <class> class Stream>
class PairTransformations {
 public:
  /// Folds the values of each key of a batch with `Owned<V> f(Owned<V>, const V&)`. Combines within
  /// each slice, then merges in slice order, so f must be associative. Result: pairs of the key and
  /// the folded value, ordered by key group, then by first appearance.
  template <class F>
  auto reduce_by_key(F f, Partitions partitions = {},
                     std::source_location where = std::source_location::current()) const {
    detail::check_pairs<T>();
    if constexpr (PairLike<T>) {
      detail::check_retainable<T>();
      static_assert(detail::ReduceCallable<F, typename T::second_type>,
                    "reduce_by_key: the callable must be callable as f(Owned<V>, const V&) and "
                    "return Owned<V>, where V is the value type of the pairs");
      if constexpr (detail::ReduceCallable<F, typename T::second_type>) {
        using Fold = detail::PairReduceFold<T, F>;
        return detail::by_key<Owned<typename T::first_type>>(
            self(), {"reduce_by_key", where}, detail::PairKey{}, Fold{std::move(f)}, partitions);
      }
    }
  }

  /// The values of each key of a batch by up to eight aggregates of V (see aggregates.h), and at
  /// last, if wanted, a Partitions: pairs of the key and the result, of several aggregates a
  /// std::tuple of theirs. `p` of an aggregate is given the value; left out it is the value:
  /// `aggregate_values(count(), sum())`. Order as for reduce_by_key.
  template <class A1, class A2 = detail::Omitted, class A3 = detail::Omitted,
            class A4 = detail::Omitted, class A5 = detail::Omitted, class A6 = detail::Omitted,
            class A7 = detail::Omitted, class A8 = detail::Omitted, class A9 = detail::Omitted>
  auto aggregate_values(A1 a1, A2 a2 = {}, A3 a3 = {}, A4 a4 = {}, A5 a5 = {}, A6 a6 = {},
                        A7 a7 = {}, A8 a8 = {}, A9 a9 = {},
                        std::source_location where = std::source_location::current()) const {
    detail::check_pairs<T>();
    if constexpr (PairLike<T>) {
      using V = typename T::second_type;
      detail::check_aggregates<V, A1, A2, A3, A4, A5, A6, A7, A8, A9>();
      if constexpr (detail::kAggregates<V, A1, A2, A3, A4, A5, A6, A7, A8, A9>) {
        return detail::aggregate_by_key<Owned<typename T::first_type>, detail::SecondOfPair, V>(
            self(), {"aggregate_values", where}, detail::PairKey{}, a1, a2, a3, a4, a5, a6, a7, a8,
            a9);
      }
    }
  }

 private:
  const Stream<T>& self() const { return static_cast<const Stream<T>&>(*this); }
};

}  // namespace v1
}  // namespace dstream
