#pragma once

#include <cstdint>
#include <utility>

#include <dstream/aggregate.h>
#include <dstream/detail/aggregate_spec.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What filtered() is for records of T: A is bound already.
template <class P, class A>
class Filtered {
 public:
  struct State {
    StateOf<A> of_matching;
    std::int64_t matching;
  };

  Filtered(P condition, A aggregate)
      : condition_(std::move(condition)), aggregate_(std::move(aggregate)) {}

  State zero() const { return {aggregate_.zero(), 0}; }
  template <class T>
  void add(State& state, const T& record) const {
    if (!static_cast<bool>(project(condition_, record))) return;
    aggregate_.add(state.of_matching, record);
    ++state.matching;
  }
  template <class T>
    requires RemovableAggregate<A, T>
  void remove(State& state, const T& record) const {
    if (!static_cast<bool>(project(condition_, record))) return;
    aggregate_.remove(state.of_matching, record);
    --state.matching;
  }
  void merge(State& into, State&& from) const {
    aggregate_.merge(into.of_matching, std::move(from.of_matching));
    into.matching += from.matching;
  }
  void merge(State& into, const State& from) const
    requires MergesConst<A>
  {
    aggregate_.merge(into.of_matching, from.of_matching);
    into.matching += from.matching;
  }
  auto result(State&& state) const {
    return result_or_none(aggregate_, state.matching == 0 ? nullptr : &state.of_matching);
  }

 private:
  [[no_unique_address]] P condition_;
  [[no_unique_address]] A aggregate_;
};

/// What filtered() gives.
template <class P, class A>
class FilteredSpec {
 public:
  FilteredSpec(P condition, A aggregate)
      : condition_(std::move(condition)), aggregate_(std::move(aggregate)) {}

  template <class T>
    requires Suits<P, T, Needs::kTruth> && Aggregate<A, T>
  auto bind() const {
    return Filtered<P, BoundAggregate<A, T>>(condition_, bind_aggregate<T>(aggregate_));
  }
  template <class T>
  static constexpr void check() {
    if constexpr (!Suits<P, T, Needs::kTruth>) {
      AggregateSpec<Filtered, Needs::kTruth, P>::template check<T>();
    } else {
      check_aggregate<A, T>();
    }
  }

 private:
  P condition_;
  A aggregate_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
