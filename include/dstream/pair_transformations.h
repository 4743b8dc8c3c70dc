#pragma once

#include <source_location>
#include <type_traits>
#include <utility>

#include <dstream/detail/aggregate_call.h>
#include <dstream/detail/callables.h>
#include <dstream/detail/derive.h>
#include <dstream/detail/value_steps.h>
#include <dstream/key_transformations.h>

namespace dstream {
inline namespace v1 {

/// The transformations of streams of pairs, shared by DStream and Rdd. On a stream of other records
/// they fail to compile with one message.
template <class T, template <class> class Stream>
class PairTransformations : public KeyTransformations<Stream<T>> {
 public:
  /// Pairs of the same key and f(value). Keeps order and partitions.
  template <class F>
  auto map_values(F f, std::source_location where = std::source_location::current()) const {
    detail::check_pairs<T>();
    if constexpr (PairLike<T>) {
      using V = typename T::second_type;
      static_assert(detail::MapCallable<F, V>,
                    "map_values: the callable must be callable as f(const V&) (const, for several "
                    "threads) and return a value, where V is the value type of the pairs");
      if constexpr (detail::MapCallable<F, V>) {
        using U = std::decay_t<detail::RecordResultT<F, V>>;
        using Result = std::pair<typename T::first_type, U>;
        using Function = detail::MapValues<T, Result, F>;
        return detail::narrow<Result, detail::MapStep<T, Result, Function>>(
            self(), {"map_values", where}, Function{std::move(f)});
      }
    }
  }

  /// Pairs of the key and each element that f makes of the value: f returns a range, or knows its
  /// result type, like `split(' ')`. Keeps order and partitions.
  template <class F>
  auto flat_map_values(F f, std::source_location where = std::source_location::current()) const {
    detail::check_pairs<T>();
    if constexpr (PairLike<T>) {
      using V = typename T::second_type;
      static_assert(detail::FlatMapCallable<F, V>,
                    "flat_map_values: the callable must return a range for a const V&, where V is "
                    "the value type of the pairs");
      if constexpr (detail::FlatMapCallable<F, V>) {
        using U = typename detail::FlatMapResult<V, F>::type;
        using Result = std::pair<typename T::first_type, U>;
        using Function = detail::FlatMapValues<T, Result, F>;
        return detail::narrow<Result, detail::FlatMapStep<T, Result, Function>>(
            self(), {"flat_map_values", where}, Function{std::move(f)});
      }
    }
  }

  /// The values of each key of a batch by up to eight aggregates of V (see aggregates.h), with the
  /// partitions behind them if wanted: pairs of the key and the result, of several aggregates a
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
