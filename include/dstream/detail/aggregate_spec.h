#pragma once

#include <type_traits>
#include <utility>

#include <dstream/aggregate.h>
#include <dstream/detail/borrow.h>
#include <dstream/detail/callables.h>
#include <dstream/hash_of.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The record itself is what is aggregated: the `p` that was left out.
struct WholeRecord {};

/// What `p`, a callable or a member pointer, says of a record.
template <class P, class T>
constexpr decltype(auto) project(const P& p, const T& record) {
  if constexpr (std::is_same_v<P, WholeRecord>) {
    return (record);
  } else if constexpr (std::is_member_object_pointer_v<P>) {
    return (record.*p);
  } else if constexpr (std::is_member_function_pointer_v<P>) {
    return (record.*p)();
  } else {
    return p(record);
  }
}

template <class P, class T>
inline constexpr bool kProjects = [] {
  if constexpr (std::is_same_v<P, WholeRecord>) {
    return true;
  } else if constexpr (std::is_invocable_v<const P&, const T&>) {
    return !std::is_void_v<std::invoke_result_t<const P&, const T&>>;
  } else {
    return false;
  }
}();
template <class P, class T>
concept Projects = kProjects<P, T>;
template <class P, class T>
using Projected =
    std::remove_cvref_t<decltype(project(std::declval<const P&>(), std::declval<const T&>()))>;

/// What an aggregate asks of the values that it aggregates.
enum class Needs {
  kNothing,
  kTruth,        ///< converts to bool
  kNumber,       ///< integer or floating-point
  kKept,         ///< can be kept beyond its chunk
  kOrder,        ///< has operator<, and can be kept
  kRecordOrder,  ///< has operator<, and it and the record can be kept
  kHash,         ///< is a key
  kKeptHash,     ///< is a key that can be kept
};

template <class V>
concept Number = std::is_arithmetic_v<V> && (std::is_floating_point_v<V> || sizeof(V) <= 8);

template <Needs kNeeds, class V, class T>
constexpr bool meets_needs() {
  switch (kNeeds) {
    case Needs::kNothing:
      return true;
    case Needs::kTruth:
      return std::is_convertible_v<V, bool>;
    case Needs::kNumber:
      return Number<V>;
    case Needs::kKept:
      return Retainable<V>;
    case Needs::kOrder:
      return Ordered<V> && Retainable<V>;
    case Needs::kRecordOrder:
      return Ordered<V> && Retainable<V> && Retainable<T>;
    case Needs::kHash:
      return Hashable<V>;
    case Needs::kKeptHash:
      return Hashable<V> && Retainable<V>;
  }
  return false;
}

template <class P, class T, Needs kNeeds>
concept Suits = Projects<P, T> && meets_needs<kNeeds, Projected<P, T>, T>();

/// Fails to compile with one message that says what to do, unless the values meet the needs.
template <Needs kNeeds, class V, class T>
constexpr void check_needs() {
  if constexpr (kNeeds == Needs::kTruth) {
    static_assert(std::is_convertible_v<V, bool>,
                  "count_if, filtered: the condition must return something that converts to bool");
  } else if constexpr (kNeeds == Needs::kNumber) {
    constexpr bool kIsNumber = Number<V>;  // not the concept: its failure adds notes
    static_assert(kIsNumber,
                  "sum, mean, variance and approx_quantiles need numbers (integers up to 64 bits "
                  "or floating-point): name a member that is one, as in sum(&Bid::price), or pass "
                  "a function that returns one");
  } else if constexpr (kNeeds == Needs::kOrder || kNeeds == Needs::kRecordOrder) {
    constexpr bool kIsOrdered = Ordered<V>;
    static_assert(kIsOrdered,
                  "min, max and top_k need values with operator<: name a member that has it, as in "
                  "max(&Bid::price), or give the type one");
    check_retainable<V>();
    if constexpr (kNeeds == Needs::kRecordOrder) check_retainable<T>();
  } else if constexpr (kNeeds == Needs::kHash || kNeeds == Needs::kKeptHash) {
    check_hashable<V>();
    if constexpr (kNeeds == Needs::kKeptHash) check_retainable<V>();
  } else if constexpr (kNeeds == Needs::kKept) {
    check_retainable<V>();
  }
}

struct NoSettings {};

/// A ready aggregate that does not know its records yet. Fold<P, T> is the one for records of T.
template <template <class P, class T> class Fold, Needs kNeeds, class P,
          class Settings = NoSettings>
class AggregateSpec {
 public:
  explicit constexpr AggregateSpec(P p, Settings settings = {})
      : p_(std::move(p)), settings_(std::move(settings)) {}

  template <class T>
    requires Suits<P, T, kNeeds>
  constexpr auto bind() const {
    if constexpr (std::is_same_v<Settings, NoSettings>) {
      return Fold<P, T>(p_);
    } else {
      return Fold<P, T>(p_, settings_);
    }
  }

  template <class T>
  static constexpr void check() {
    constexpr bool kTakesRecord = kProjects<P, T>;
    static_assert(kTakesRecord,
                  "an aggregate's member pointer or callable does not fit the stream's records: "
                  "give a pointer to a member of the record's own struct, or a callable f(const "
                  "T&) that returns a value, where T is the record (of key_by streams the whole "
                  "record, of aggregate_values the value of the pair)");
    if constexpr (kTakesRecord) check_needs<kNeeds, Projected<P, T>, T>();
  }

 private:
  [[no_unique_address]] P p_;
  [[no_unique_address]] Settings settings_;
};

template <class A, class T>
concept ChecksItself = requires { A::template check<T>(); };

/// Fails to compile, with one message, unless A aggregates records of T.
template <class A, class T>
constexpr void check_aggregate() {
  if constexpr (ChecksItself<A, T>) {
    A::template check<T>();
  } else {
    constexpr bool kIsAggregate = Aggregate<A, T>;
    static_assert(kIsAggregate,
                  "aggregate: each argument must be an aggregate of the stream's records: count(), "
                  "sum(p), ..., or an object of a class of your own with State zero() const, void "
                  "add(State&, const T&) const, void merge(State&, const State&) const and Result "
                  "result(const State&) const, where T is the record; see dstream/aggregate.h");
    if constexpr (kIsAggregate) check_retainable<StateOf<BoundAggregate<A, T>>>();
  }
}

/// A value as it was before own(): the value itself, or a V that looks into it.
template <class V>
decltype(auto) as_value(const Owned<V>& owned) {
  if constexpr (std::is_same_v<V, Owned<V>>) {
    return (owned);
  } else {
    return borrow<V>(owned);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
