#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <dstream/aggregate.h>
#include <dstream/detail/aggregate_spec.h>
#include <dstream/detail/collecting_folds.h>
#include <dstream/detail/filtered_fold.h>
#include <dstream/detail/numeric_folds.h>

namespace dstream {
inline namespace v1 {

// Ready aggregates, for aggregate() of streams and keyed streams and aggregate_values() of pair
// streams. `p` is a callable or a member pointer that gives the value, as in sum(&Bid::price); left
// out it is the record itself (the value, for aggregate_values).
//
// A result is std::optional exactly where there may have been no record and the aggregate means
// nothing without one (min, max, mean, variance and its kin, first, last, approx_quantiles): of
// whole batches and behind filtered(), not of keys, as a key has a record.

/// How many records there are: std::int64_t. Removable.
constexpr detail::CountAll count() { return {}; }

/// For how many records p is true: std::int64_t. Removable.
template <class P>
constexpr auto count_if(P p) {
  return detail::AggregateSpec<detail::CountIf, detail::Needs::kTruth, P>(std::move(p));
}

/// The sum of numbers. Integers: std::int64_t (std::uint64_t for unsigned ones), exact whatever the
/// order and removable; a total that does not fit fails the batch with Errc::capacity, it never
/// wraps. 64-bit integers are added up in 128 bits, so only the total has to fit. Floating-point:
/// double (long double stays), added up within each slice in record order, then slice by slice.
template <class P = detail::WholeRecord>
constexpr auto sum(P p = {}) {
  return detail::AggregateSpec<detail::Sum, detail::Needs::kNumber, P>(std::move(p));
}

/// The least value; of equal ones the first. Any type with operator<. NaN counts as no value: the
/// result is NaN only if all are.
template <class P = detail::WholeRecord>
constexpr auto min(P p = {}) {
  return detail::AggregateSpec<detail::Min, detail::Needs::kOrder, P>(std::move(p));
}

/// The greatest value; of equal ones the first. NaN as for min().
template <class P = detail::WholeRecord>
constexpr auto max(P p = {}) {
  return detail::AggregateSpec<detail::Max, detail::Needs::kOrder, P>(std::move(p));
}

/// The arithmetic mean: double. Of integers the exact sum divided by the count, and removable. Sums
/// of 64-bit integers cannot overflow here, sums of doubles become infinite as sum() does.
template <class P = detail::WholeRecord>
constexpr auto mean(P p = {}) {
  return detail::AggregateSpec<detail::Mean, detail::Needs::kNumber, P>(std::move(p));
}

/// The variance of the values as the whole population: double, 0 for one record. Welford's method,
/// merged as by Chan, Golub and LeVeque, so it does not lose the digits that sums of squares lose.
template <class P = detail::WholeRecord>
constexpr auto variance(P p = {}) {
  return detail::AggregateSpec<detail::Variance, detail::Needs::kNumber, P, detail::Spread>(
      std::move(p), {false, false});
}

/// The variance of the population that the values are a sample of (divided by n - 1): double, NaN
/// for one record.
template <class P = detail::WholeRecord>
constexpr auto sample_variance(P p = {}) {
  return detail::AggregateSpec<detail::Variance, detail::Needs::kNumber, P, detail::Spread>(
      std::move(p), {true, false});
}

/// The square root of variance().
template <class P = detail::WholeRecord>
constexpr auto stdev(P p = {}) {
  return detail::AggregateSpec<detail::Variance, detail::Needs::kNumber, P, detail::Spread>(
      std::move(p), {false, true});
}

/// The square root of sample_variance().
template <class P = detail::WholeRecord>
constexpr auto sample_stdev(P p = {}) {
  return detail::AggregateSpec<detail::Variance, detail::Needs::kNumber, P, detail::Spread>(
      std::move(p), {true, true});
}

/// The value of the first record, in slice order.
template <class P = detail::WholeRecord>
constexpr auto first(P p = {}) {
  return detail::AggregateSpec<detail::First, detail::Needs::kKept, P>(std::move(p));
}

/// The value of the last record, in slice order.
template <class P = detail::WholeRecord>
constexpr auto last(P p = {}) {
  return detail::AggregateSpec<detail::Last, detail::Needs::kKept, P>(std::move(p));
}

/// All values in slice order: std::vector. As big as the input.
template <class P = detail::WholeRecord>
constexpr auto collect(P p = {}) {
  return detail::AggregateSpec<detail::Collect, detail::Needs::kKept, P>(std::move(p));
}

/// The k records for which p is greatest, greatest first, of equal ones the earlier first:
/// std::vector of whole records, shorter if there are fewer. Records whose p is NaN are left out.
/// A comparison for most records, O(log k) for those that get in. `top_k(1, p)` finds the record
/// that max(p) belongs to. Throws Error{Errc::invalid_argument} for k = 0.
template <class P = detail::WholeRecord>
auto top_k(std::size_t k, P p = {}) {
  detail::check_top_k(k);
  return detail::AggregateSpec<detail::TopK, detail::Needs::kRecordOrder, P, std::size_t>(
      std::move(p), k);
}

/// How many different values there are, exactly: std::int64_t. Holds each of them once; values are
/// compared as keys are (NaN equals NaN, -0.0 equals 0.0).
template <class P = detail::WholeRecord>
constexpr auto distinct_count(P p = {}) {
  return detail::AggregateSpec<detail::DistinctCount, detail::Needs::kKeptHash, P>(std::move(p));
}

/// The aggregate of the records for which `condition`, a callable or a member pointer, is true:
/// `filtered(&Bid::won, sum(&Bid::price))`. Removable where the aggregate is.
template <class P, class A>
auto filtered(P condition, A aggregate) {
  return detail::FilteredSpec<P, A>(std::move(condition), std::move(aggregate));
}

}  // namespace v1
}  // namespace dstream
