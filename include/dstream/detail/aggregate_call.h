#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <dstream/aggregate.h>
#include <dstream/detail/aggregate_spec.h>
#include <dstream/detail/derive.h>
#include <dstream/detail/fold_exchange.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/partitions.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// What aggregate() of streams and keyed streams and aggregate_values() share. Their parameters are
// a fixed number of aggregates, the rest of them Omitted, because a pack could not be followed by
// the source location.

/// Stands for an aggregate that was not given.
struct Omitted {};

/// Partitions, a number, or partition_by(f, n).
template <class A>
inline constexpr bool kSaysPartitions = std::is_convertible_v<A, Partitions> || kIsPartitionBy<A>;

template <class A>
inline constexpr int kArgumentRank = std::is_same_v<A, Omitted> ? 2
                                     : kSaysPartitions<A>       ? 1
                                                                : 0;

template <class... A>
inline constexpr bool kStartsWithAggregate = false;
template <class A, class... Rest>
inline constexpr bool kStartsWithAggregate<A, Rest...> = kArgumentRank<A> == 0;

/// Aggregates, then at most one partition count.
template <class... A>
constexpr bool arguments_in_order() {
  int last = 0;
  bool in_order = true;
  ((in_order = in_order && (kArgumentRank<A> > last || (kArgumentRank<A> == last && last != 1)),
    last = kArgumentRank<A>),
   ...);
  return in_order;
}

/// Fails to compile, with one message, unless the first is an aggregate of T, and so are the others
/// but a partition count at the end.
template <class T, class First, class... Rest>
constexpr void check_aggregates() {
  check_aggregate<First, T>();
  const auto check = []<class A>(std::type_identity<A>) {
    if constexpr (kArgumentRank<A> == 0) check_aggregate<A, T>();
  };
  (check(std::type_identity<Rest>()), ...);
  static_assert(arguments_in_order<Rest...>(),
                "aggregate: one partition count at most, and behind the aggregates");
}

template <class T, class First, class... Rest>
inline constexpr bool kAggregates =
    Aggregate<First, T> && ((kArgumentRank<Rest> != 0 || Aggregate<Rest, T>)&&...) &&
    arguments_in_order<Rest...>();

template <class A, class... Rest>
Combined<A, Rest...> put_before(A a, Combined<Rest...> rest) {
  return Combined<A, Rest...>(std::move(a), std::move(rest));
}

/// The aggregates up to the first argument that is none.
template <class T, class A, class... Rest>
auto combine_bound(const A& aggregate, const Rest&... rest) {
  if constexpr (kStartsWithAggregate<Rest...>) {
    return put_before(bind_aggregate<T>(aggregate), combine_bound<T>(rest...));
  } else {
    return combine(bind_aggregate<T>(aggregate));
  }
}

/// The one aggregate given, bound to T, or all of them Combined.
template <class T, class A, class... Rest>
auto bind_arguments(const A& aggregate, const Rest&... rest) {
  if constexpr (kStartsWithAggregate<Rest...>) {
    return combine_bound<T>(aggregate, rest...);
  } else {
    return bind_aggregate<T>(aggregate);
  }
}

inline Partitions partitions_in() { return {}; }
template <class A, class... Rest>
auto partitions_in(const A& argument, const Rest&... rest) {
  if constexpr (kArgumentRank<A> == 1) {
    return argument;
  } else if constexpr (kArgumentRank<A> == 2) {
    return Partitions();
  } else {
    return partitions_in(rest...);
  }
}

// What of the records of a keyed shuffle is aggregated.
struct RecordItself {
  template <class T>
  static const T& of(const T& record) {
    return record;
  }
};
struct SecondOfPair {
  template <class Pair>
  static const auto& of(const Pair& pair) {
    return pair.second;
  }
};

/// An aggregate as the fold of a keyed shuffle.
template <class Bound, class Part>
struct KeyedAggregateFold {
  using Value = StateOf<Bound>;
  using Result = ResultOf<Bound>;

  Bound aggregate;

  template <class T>
  Value first(const T& record) const {
    Value state = aggregate.zero();
    aggregate.add(state, Part::of(record));
    return state;
  }
  template <class T>
  void add(Value& state, const T& record) const {
    aggregate.add(state, Part::of(record));
  }
  void merge(Value& into, Value&& from) const { aggregate.merge(into, std::move(from)); }
  void merge(Value& into, const Value& from) const
    requires MergesConst<Bound>
  {
    aggregate.merge(into, from);
  }
  Result result(Value&& state) const { return aggregate.result(std::move(state)); }
};

/// What an aggregate gives for a whole batch, which may be empty (`state` is null then).
template <class Bound>
auto batch_result(const Bound& aggregate, StateOf<Bound>* state) {
  return result_or_none(aggregate, state);
}
template <class... A>
auto batch_result(const Combined<A...>& aggregates, typename Combined<A...>::State* state) {
  return aggregates.results_or_none(state);
}

/// An aggregate as the fold of a whole batch.
template <class T, class Bound>
struct BatchAggregateFold {
  using Value = StateOf<Bound>;
  using Result = decltype(batch_result(std::declval<const Bound&>(), std::declval<Value*>()));
  static constexpr bool kHasZero = true;

  Bound aggregate;

  void add(std::optional<Value>& value, Chunk chunk) const {
    if (chunk.size == 0) return;
    // A state on the stack: the compiler sees that stores to it change nothing else.
    Value state = value ? std::move(*value) : aggregate.zero();
    for (const T& record : chunk.records<T>()) aggregate.add(state, record);
    value = std::move(state);
  }
  void merge(Value& into, const Value& from) const {
    if constexpr (MergesConst<Bound>) {
      aggregate.merge(into, from);
    } else {
      aggregate.merge(into, Value(from));
    }
  }
  Result result(std::optional<Value>&& value) const {
    return batch_result(aggregate, value ? &*value : nullptr);
  }
};

template <class K, class Part, class V, class T, template <class> class Stream, class Keys,
          class... A>
auto aggregate_by_key(const Stream<T>& stream, Origin origin, Keys keys, const A&... arguments) {
  auto bound = bind_arguments<V>(arguments...);
  using Fold = KeyedAggregateFold<decltype(bound), Part>;
  return by_key<K>(stream, origin, std::move(keys), Fold{std::move(bound)},
                   partitions_in(arguments...));
}

template <class T, template <class> class Stream, class... A>
auto aggregate_batch(const Stream<T>& stream, Origin origin, const A&... arguments) {
  auto bound = bind_arguments<T>(arguments...);
  using Fold = BatchAggregateFold<T, decltype(bound)>;
  return exchange<typename Fold::Result>(
      stream, origin, make_kept<FoldExchange<Fold>, const Exchange>(Fold{std::move(bound)}));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
