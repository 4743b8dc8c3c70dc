#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {

namespace detail {

/// An aggregate that has yet to learn the record type: `bind<T>()` gives the one for records of T.
template <class A, class T>
concept BindsTo = requires(const A& a) { a.template bind<T>(); };

template <class T, class A>
auto bind_aggregate(const A& aggregate) {
  if constexpr (BindsTo<A, T>) {
    return aggregate.template bind<T>();
  } else {
    return aggregate;
  }
}

/// What folds the records of T for the aggregate A: A itself, or what it binds to.
template <class A, class T>
using BoundAggregate = decltype(bind_aggregate<T>(std::declval<const A&>()));

template <class Bound>
using StateOf = std::decay_t<decltype(std::declval<const Bound&>().zero())>;
template <class Bound>
using ResultOf =
    std::decay_t<decltype(std::declval<const Bound&>().result(std::declval<StateOf<Bound>>()))>;

/// Merges without taking the other state apart, so that one read again needs no copy.
template <class Bound>
concept MergesConst = requires(const Bound& aggregate, StateOf<Bound>& into,
                               const StateOf<Bound>& from) { aggregate.merge(into, from); };

template <class Bound, class T>
concept Folds = std::copyable<StateOf<Bound>> &&
                requires(const Bound& aggregate, StateOf<Bound>& state, const T& record) {
                  aggregate.add(state, record);
                  aggregate.merge(state, std::declval<StateOf<Bound>>());
                  requires !std::is_void_v<ResultOf<Bound>>;
                };

}  // namespace detail

/// What folds many records of T into one result, in parts that can be put together. A class with
///
///   State zero() const;                                // the state of no records
///   void add(State& state, const T& record) const;     // takes a record in
///   void merge(State& into, const State& from) const;  // `from` holds the records after `into`'s
///   Result result(const State& state) const;           // what the stream gives
///
/// for any copyable State that owns what it holds. `merge` must be associative, and the state of
/// several parts merged must be as good as that of all records added one by one. `merge` and
/// `result` may also take a `State&&`. All are const and called from several threads at a time.
/// Optional:
///
///   void remove(State& state, const T& record) const;  // undoes an add() exactly, in any order
///   static constexpr bool kNeedsRecords = true;        // result() has no meaning for no records
///
/// The geometric mean, for example:
///
///   struct GeometricMean {
///     struct State {
///       double logs = 0;
///       double count = 0;
///     };
///     static constexpr bool kNeedsRecords = true;
///     State zero() const { return {}; }
///     void add(State& s, const Bid& bid) const { s.logs += std::log(bid.price), ++s.count; }
///     void merge(State& into, const State& from) const {
///       into.logs += from.logs, into.count += from.count;
///     }
///     double result(const State& s) const { return std::exp(s.logs / s.count); }
///   };
///   bids.key_by(&Bid::auction).aggregate(GeometricMean{}, count());
///
/// Records are added in the order of their slice, and slices are merged in their order, so results
/// are the same bit for bit in every run. A small, trivially copyable State is the fast one.
template <class A, class T>
concept Aggregate = detail::Folds<detail::BoundAggregate<A, T>, T>;

/// An aggregate that can take records out again, exactly: a sliding window then subtracts what
/// leaves it. Sums of floating-point numbers are none, as rounding would stay behind.
template <class A, class T>
concept RemovableAggregate =
    Aggregate<A, T> && requires(const detail::BoundAggregate<A, T>& aggregate,
                                detail::StateOf<detail::BoundAggregate<A, T>>& state,
                                const T& record) { aggregate.remove(state, record); };

/// What the aggregate A gives for records of T, of which there is at least one.
template <class A, class T>
  requires Aggregate<A, T>
using AggregateResult = detail::ResultOf<detail::BoundAggregate<A, T>>;

namespace detail {

/// Whether there is no result of no records.
template <class Bound>
inline constexpr bool kNeedsRecords = requires { requires Bound::kNeedsRecords; };

/// The result where there may have been no records (`state` is null then): optional if needed.
template <class Bound>
auto result_or_none(const Bound& aggregate, StateOf<Bound>* state) {
  if constexpr (kNeedsRecords<Bound>) {
    using Result = std::optional<ResultOf<Bound>>;
    return state == nullptr ? Result() : Result(aggregate.result(std::move(*state)));
  } else {
    return state == nullptr ? aggregate.result(aggregate.zero())
                            : aggregate.result(std::move(*state));
  }
}

// States side by side. Not a std::tuple: that one is never trivially copyable.
template <class... State>
struct States;
template <class State>
struct States<State> {
  State head;
};
template <class State, class... Rest>
struct States<State, Rest...> {
  State head;
  States<Rest...> tail;
};

/// Several aggregates of the same records as one; its result is the tuple of theirs.
template <class... A>
class Combined;

template <class A>
class Combined<A> {
 public:
  using State = States<StateOf<A>>;
  static constexpr bool kNeedsRecords = detail::kNeedsRecords<A>;

  explicit Combined(A a) : head_(std::move(a)) {}

  State zero() const { return {head_.zero()}; }
  template <class T>
  void add(State& state, const T& record) const {
    head_.add(state.head, record);
  }
  template <class T>
    requires RemovableAggregate<A, T>
  void remove(State& state, const T& record) const {
    head_.remove(state.head, record);
  }
  void merge(State& into, State&& from) const { head_.merge(into.head, std::move(from.head)); }
  void merge(State& into, const State& from) const
    requires MergesConst<A>
  {
    head_.merge(into.head, from.head);
  }

  template <class... Done>
  auto result(State&& state, Done&&... done) const {
    return std::tuple<Done..., ResultOf<A>>(std::forward<Done>(done)...,
                                            head_.result(std::move(state.head)));
  }
  template <class... Done>
  auto results_or_none(State* state, Done&&... done) const {
    auto result = result_or_none(head_, state == nullptr ? nullptr : &state->head);
    return std::tuple<Done..., decltype(result)>(std::forward<Done>(done)..., std::move(result));
  }

 private:
  A head_;
};

template <class A, class... Rest>
class Combined<A, Rest...> {
 public:
  using State = States<StateOf<A>, StateOf<Rest>...>;
  static constexpr bool kNeedsRecords =
      detail::kNeedsRecords<A> || Combined<Rest...>::kNeedsRecords;

  Combined(A a, Combined<Rest...> rest) : head_(std::move(a)), tail_(std::move(rest)) {}

  State zero() const { return {head_.zero(), tail_.zero()}; }
  template <class T>
  void add(State& state, const T& record) const {
    head_.add(state.head, record);
    tail_.add(state.tail, record);
  }
  template <class T>
    requires RemovableAggregate<A, T> && RemovableAggregate<Combined<Rest...>, T>
  void remove(State& state, const T& record) const {
    head_.remove(state.head, record);
    tail_.remove(state.tail, record);
  }
  void merge(State& into, State&& from) const {
    head_.merge(into.head, std::move(from.head));
    tail_.merge(into.tail, std::move(from.tail));
  }
  void merge(State& into, const State& from) const
    requires MergesConst<A> && MergesConst<Combined<Rest...>>
  {
    head_.merge(into.head, from.head);
    tail_.merge(into.tail, from.tail);
  }

  /// `done`: the results before.
  template <class... Done>
  auto result(State&& state, Done&&... done) const {
    return tail_.result(std::move(state.tail), std::forward<Done>(done)...,
                        head_.result(std::move(state.head)));
  }
  /// As result(), each optional where it needs records; `state` is null if there were none.
  template <class... Done>
  auto results_or_none(State* state, Done&&... done) const {
    return tail_.results_or_none(state == nullptr ? nullptr : &state->tail,
                                 std::forward<Done>(done)...,
                                 result_or_none(head_, state == nullptr ? nullptr : &state->head));
  }

 private:
  A head_;
  Combined<Rest...> tail_;
};

template <class A>
Combined<A> combine(A a) {
  return Combined<A>(std::move(a));
}
template <class A, class... Rest>
  requires(sizeof...(Rest) != 0)
Combined<A, Rest...> combine(A a, Rest... rest) {
  return Combined<A, Rest...>(std::move(a), combine(std::move(rest)...));
}

template <class A, class T>
constexpr void check_aggregate();

/// What combined() gives.
template <class... A>
class CombinedSpec {
 public:
  explicit CombinedSpec(A... a) : aggregates_(std::move(a)...) {}

  template <class T>
    requires(Aggregate<A, T> && ...)
  auto bind() const {
    return std::apply([](const A&... a) { return combine(bind_aggregate<T>(a)...); }, aggregates_);
  }

  template <class T>
  static constexpr void check() {
    (check_aggregate<A, T>(), ...);
  }

 private:
  std::tuple<A...> aggregates_;
};

}  // namespace detail

/// Several aggregates as one, whose result is a std::tuple of theirs. `aggregate(a, b)` does so by
/// itself; this is for one that is kept in a variable, or for more than eight.
template <class... A>
  requires(sizeof...(A) != 0)
auto combined(A... aggregates) {
  return detail::CombinedSpec<A...>(std::move(aggregates)...);
}

}  // namespace v1
}  // namespace dstream
