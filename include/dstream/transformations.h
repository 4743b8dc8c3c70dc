#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/aggregate_call.h>
#include <dstream/detail/callables.h>
#include <dstream/detail/common_instances.h>
#include <dstream/detail/derive.h>
#include <dstream/detail/fold_exchange.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/keyed_exchange.h>
#include <dstream/detail/keys.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/plan_context.h>
#include <dstream/detail/plan_node.h>
#include <dstream/detail/through_step.h>
#include <dstream/owned.h>
#include <dstream/pair_transformations.h>
#include <dstream/partition_transformations.h>
#include <dstream/partitions.h>
#include <dstream/through.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {

template <class K, class T, template <class> class Stream>
class Keyed;

// The static assertions below are the only error that a callable of the wrong shape gives: what
// depends on it stands behind an `if constexpr`.

/// The transformations that DStream and Rdd share. Each describes work and returns at once; nothing
/// runs before start() (DStream) or an action (Rdd).
///
/// Callables are shared by all tasks and called from several threads at a time, so they must be
/// callable as const and must not change shared data without synchronisation. They get `const T&`;
/// a callable that takes `T` or `T&&` is given the record itself where nobody else needs it, a copy
/// otherwise. What they throw is retried (`Options::max_task_failures`) and then ends the context.
/// Views in a record are valid during the call, and as long as the batch for text of a source.
///
/// Every call takes the caller's source location for messages and explain(). All throw
/// Error{Errc::illegal_state} after the context's start. Not thread-safe: build a plan in one
/// thread.
template <class T, template <class> class Stream>
class Transformations : public PairTransformations<T, Stream>,
                        public PartitionTransformations<T, Stream> {
 public:
  using value_type = T;

  /// Each record becomes f(record), f a callable or a pointer to a member. Keeps order and
  /// partitions.
  template <class F>
  auto map(F f, std::source_location where = std::source_location::current()) const {
    if constexpr (std::is_member_pointer_v<F>) return map(detail::as_function(f), where);
    static_assert(std::is_member_pointer_v<F> || detail::MapCallable<F, T>,
                  "map: the callable must be callable as f(const T&) (const, for several threads) "
                  "and return a value");
    if constexpr (detail::MapCallable<F, T>) {
      using U = std::decay_t<detail::RecordResultT<F, T>>;
      return detail::narrow<U, detail::MapStep<T, U, F>>(self(), {"map", where}, std::move(f));
    }
  }

  /// Each record becomes any number of records. The callable either returns a range, or takes a
  /// second parameter, `emit`, and calls it per result: then name the result type, as in
  /// `flat_map<Word>([](const Line& line, auto& emit) { ... })`. Objects that know their result
  /// type, like `split(' ')`, need no name.
  template <class Result = void, class F>
  auto flat_map(F f, std::source_location where = std::source_location::current()) const {
    if constexpr (std::is_void_v<Result>) {
      static_assert(detail::FlatMapCallable<F, T>,
                    "flat_map: the callable must return a range for a const T&; one that takes "
                    "(const T&, emit) needs its result type named: flat_map<U>(f)");
      if constexpr (detail::FlatMapCallable<F, T>) {
        using U = typename detail::FlatMapResult<T, F>::type;
        return detail::narrow<U, detail::FlatMapStep<T, U, F>>(self(), {"flat_map", where},
                                                               std::move(f));
      }
    } else {
      return detail::narrow<Result, detail::FlatMapStep<T, Result, F>>(self(), {"flat_map", where},
                                                                       std::move(f));
    }
  }

  /// Keeps the records for which f(record) is true, f a callable or a pointer to a member.
  template <class F>
  Stream<T> filter(F f, std::source_location where = std::source_location::current()) const {
    static_assert(std::is_member_pointer_v<F> || detail::Predicate<F, T>,
                  "filter: the callable must be callable as f(const T&) and return bool");
    if constexpr (std::is_member_pointer_v<F>) {
      return filter(detail::as_function(f), where);
    } else if constexpr (detail::Predicate<F, T>) {
      return detail::narrow<T, detail::FilterStep<T, F>>(self(), {"filter", where}, std::move(f));
    } else {
      return self();
    }
  }

  /// Runs a chain fused by hand, as one loop: `through(map(f) | filter(g) | map(h))`.
  template <ThroughChain F>
  auto through(F chain, std::source_location where = std::source_location::current()) const {
    using U = typename F::template Output<T>;
    return detail::narrow<U, detail::ThroughStep<T, U, F>>(self(), {"through", where},
                                                           std::move(chain));
  }

  /// The records with a key each: f(record), f a callable or a pointer to a member. Nothing is
  /// copied; the operators of the result see whole records.
  template <class F>
  auto key_by(F f, std::source_location where = std::source_location::current()) const {
    auto function = detail::as_function(std::move(f));
    static_assert(detail::MapCallable<decltype(function), T>,
                  "key_by: the callable must be callable as f(const T&) and return the key");
    if constexpr (detail::MapCallable<decltype(function), T>) {
      using K = std::decay_t<detail::RecordResultT<decltype(function), T>>;
      self().check({"key_by", where});
      return Keyed<K, T, Stream>(self(), detail::ComputedKeys<T, K>(std::move(function)));
    }
  }

  /// Folds each batch into one record with `Owned<T> f(Owned<T>, const T&)`; an empty batch gives
  /// none. f is applied in slice order; it must be associative.
  template <class F>
  auto reduce(F f, std::source_location where = std::source_location::current()) const {
    detail::check_retainable<T>();
    static_assert(detail::ReduceCallable<F, T>,
                  "reduce: the callable must be callable as f(Owned<T>, const T&) and return "
                  "Owned<T> (for text: std::string f(std::string, std::string_view))");
    if constexpr (detail::ReduceCallable<F, T>) {
      using Fold = detail::BatchReduceFold<T, F>;
      return detail::exchange<Owned<T>>(
          self(), {"reduce", where},
          detail::make_kept<detail::FoldExchange<Fold>, const detail::Exchange>(
              Fold{std::move(f)}));
    }
  }

  /// The number of records of each batch: one record, 0 for an empty batch.
  Stream<std::int64_t> count(std::source_location where = std::source_location::current()) const {
    return detail::exchange<std::int64_t>(self(), {"count", where}, detail::make_batch_count());
  }

  /// Each batch by up to eight aggregates of T (see aggregates.h): one record, the result, of
  /// several aggregates a std::tuple of theirs; also for an empty batch. Results that mean nothing
  /// for no records (min, max, mean, ...) are std::optional.
  template <class A1, class A2 = detail::Omitted, class A3 = detail::Omitted,
            class A4 = detail::Omitted, class A5 = detail::Omitted, class A6 = detail::Omitted,
            class A7 = detail::Omitted, class A8 = detail::Omitted>
  auto aggregate(A1 a1, A2 a2 = {}, A3 a3 = {}, A4 a4 = {}, A5 a5 = {}, A6 a6 = {}, A7 a7 = {},
                 A8 a8 = {}, std::source_location where = std::source_location::current()) const {
    detail::check_aggregates<T, A1, A2, A3, A4, A5, A6, A7, A8>();
    if constexpr (detail::kAggregates<T, A1, A2, A3, A4, A5, A6, A7, A8>) {
      return detail::aggregate_batch(self(), {"aggregate", where}, a1, a2, a3, a4, a5, a6, a7, a8);
    }
  }

  /// How often each record occurs in the batch: pairs (record, count), ordered by key group, then
  /// by first appearance.
  template <class P = Partitions>
  auto count_by_value(P partitions = {},
                      std::source_location where = std::source_location::current()) const {
    detail::check_retainable<Owned<T>>();
    detail::check_hashable<T>();
    const detail::Origin origin{"count_by_value", where};
    return detail::exchange<std::pair<Owned<T>, std::int64_t>>(
        self(), origin,
        detail::make_count_exchange<T>(
            detail::key_partitions<Owned<T>>(std::move(partitions), origin)));
  }

  /// Each record once, however often the batch holds it; ordered by key group, then by first
  /// appearance.
  template <class P = Partitions>
  Stream<Owned<T>> distinct(P partitions = {},
                            std::source_location where = std::source_location::current()) const {
    return detail::by_key<Owned<T>>(self(), {"distinct", where}, detail::RecordAsKey{},
                                    detail::PresenceFold{}, std::move(partitions));
  }

  /// This stream's records and the other's: partitions of this one first. Streams that share a
  /// source take turns within a partition, chunk by chunk, the same in every run.
  Stream<T> union_with(const Stream<T>& other,
                       std::source_location where = std::source_location::current()) const {
    const detail::Origin origin{"union_with", where};
    return self().template derive_from<T>(
        other, origin,
        detail::make_merge_node(origin, type_name<T>(), self().node(), other.node(),
                                &detail::make_collector<T>));
  }

 private:
  const Stream<T>& self() const { return static_cast<const Stream<T>&>(*this); }
};

}  // namespace v1
}  // namespace dstream
