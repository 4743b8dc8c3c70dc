#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/aggregate.h>
#include <dstream/batch.h>
#include <dstream/detail/block_format.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/plan_handle.h>
#include <dstream/detail/plan_node.h>
#include <dstream/detail/rdd_actions.h>
#include <dstream/keyed.h>
#include <dstream/storage_level.h>
#include <dstream/transformations.h>

namespace dstream {
inline namespace v1 {

/// A data set: partitions of records, in this process. Lazy, like a DStream: the transformations
/// describe, the actions (collect, count, take, …) run. One batch of a stream in the functions of
/// `transform` and `foreach_rdd`, or static data of the host (StreamingContext::parallelize).
///
/// An action blocks the calling thread until its job is done, and throws the Error of a failed
/// task. It runs on the context's executors; before start(), and with Execution::inline_run, on the
/// calling thread. Called inside an operator's callable, or after the context has stopped, it throws
/// Errc::illegal_state: tasks may not wait for other tasks. Actions may be called from any thread;
/// an Rdd does not keep its context alive. Every action computes anew; see persist().
template <class T>
class Rdd : public Transformations<T, Rdd>, public detail::RddHandle {
 public:
  using Lazy = Transformations<T, Rdd>;

  /// The transformations alone: lazy().count() describes, as a DStream's does, where count() runs;
  /// so do reduce, aggregate, top and take_ordered.
  const Lazy& lazy() const { return *this; }

  /// All records, in slice order.
  std::vector<Owned<T>> collect() const { return detail::take_records<T>(blocks()); }

  /// The number of records.
  std::int64_t count(std::source_location where = std::source_location::current()) const {
    return Lazy::count(where).collect().front();
  }

  /// The first n records. All partitions are computed, but of each slice only n records kept.
  std::vector<Owned<T>> take(std::size_t n) const {
    detail::check_retainable<T>();
    std::vector<Owned<T>> records =
        Rdd(derive_head(type_name<T>(), &detail::make_collector<T>, n)).collect();
    if (records.size() > n) {
      records.erase(records.begin() + static_cast<std::ptrdiff_t>(n), records.end());
    }
    return records;
  }

  /// The first record; nothing where there is none.
  std::optional<Owned<T>> first() const { return detail::only(take(1)); }

  /// Whether there is no record.
  bool is_empty() const { return take(1).empty(); }

  /// Folds all records into one with `Owned<T> f(Owned<T>, const T&)`, associative, in slice order;
  /// nothing where there are no records.
  template <class F>
  std::optional<Owned<T>> reduce(
      F f, std::source_location where = std::source_location::current()) const {
    static_assert(detail::ReduceCallable<F, T>,
                  "reduce: the callable must be callable as f(Owned<T>, const T&) and return "
                  "Owned<T> (for text: std::string f(std::string, std::string_view))");
    if constexpr (detail::ReduceCallable<F, T>) {
      return detail::only(Lazy::reduce(std::move(f), where).collect());
    } else {
      return std::nullopt;
    }
  }

  /// As reduce, but begins with `zero`, which is used once.
  template <class F>
  Owned<T> fold(Owned<T> zero, F f,
                std::source_location where = std::source_location::current()) const {
    std::optional<Owned<T>> folded = reduce(f, where);
    if constexpr (detail::ReduceCallable<F, T>) {
      if (folded) return f(std::move(zero), detail::borrow<T>(*folded));
    }
    return zero;
  }

  /// Folds the records of each slice, beginning with `zero`, by `U add(U, const T&)`, and the
  /// slices' values by `U merge(U, U)`, in slice order. `zero` must be neutral; without records it is the
  /// result.
  template <class U, class Add, class Merge>
    requires(!Aggregate<U, T>)
  U aggregate(U zero, Add add, Merge merge,
              std::source_location where = std::source_location::current()) const {
    static_assert(detail::AggregateCallables<T, U, Add, Merge>,
                  "aggregate: the callables must be callable as U add(U, const T&) and "
                  "U merge(U, U), where U is the type of the zero");
    if constexpr (detail::AggregateCallables<T, U, Add, Merge>) {
      detail::check_retainable<U>();
      using Fold = detail::AggregateFold<T, U, Add, Merge>;
      const Rdd<U> folded =
          detail::exchange<U>(*this, {"aggregate", where},
                              detail::make_kept<detail::FoldExchange<Fold>, const detail::Exchange>(
                                  Fold{zero, std::move(add), std::move(merge)}));
      std::optional<U> result = detail::only(folded.collect());
      return result ? *std::move(result) : zero;
    } else {
      return zero;
    }
  }

  /// The result of up to eight aggregates over all records; see Transformations::aggregate.
  template <class A1, class A2 = detail::Omitted, class A3 = detail::Omitted,
            class A4 = detail::Omitted, class A5 = detail::Omitted, class A6 = detail::Omitted,
            class A7 = detail::Omitted, class A8 = detail::Omitted>
    requires Aggregate<A1, T>
  auto aggregate(A1 a1, A2 a2 = {}, A3 a3 = {}, A4 a4 = {}, A5 a5 = {}, A6 a6 = {}, A7 a7 = {},
                 A8 a8 = {}, std::source_location where = std::source_location::current()) const {
    return Lazy::aggregate(a1, a2, a3, a4, a5, a6, a7, a8, where).collect().front();
  }

  /// Calls f(const Owned<T>&) with every record, in slice order, in this thread.
  template <class F>
  void for_each(F&& f) const {
    static_assert(std::is_invocable_v<F&, const Owned<T>&>,
                  "for_each: the callable must be callable as f(const Owned<T>&)");
    if constexpr (std::is_invocable_v<F&, const Owned<T>&>) {
      for (const detail::BlockPtr& block : blocks()) {
        detail::with_records<T>(*block, [&](std::span<const Owned<T>> records) {
          for (const Owned<T>& record : records) f(record);
        });
      }
    }
  }

  /// The n largest records, the largest first; see PartitionTransformations::top.
  template <class Less = detail::NaturalOrder>
  std::vector<Owned<T>> top(std::int64_t n, Less less = {},
                            std::source_location where = std::source_location::current()) const {
    return Lazy::top(n, std::move(less), where).collect();
  }

  /// The n smallest records, the smallest first; see PartitionTransformations::take_ordered.
  template <class Less = detail::NaturalOrder>
  std::vector<Owned<T>> take_ordered(
      std::int64_t n, Less less = {},
      std::source_location where = std::source_location::current()) const {
    return Lazy::take_ordered(n, std::move(less), where).collect();
  }

  /// Calls f(std::span<const Owned<T>>) once per partition, one after the other in this thread.
  template <class F>
  void for_each_partition(F&& f) const {
    for (const detail::BlockPtr& block : blocks()) detail::with_records<T>(*block, f);
  }

  /// Writes one text file, a line per record as print() shows it. The file appears at `path` when
  /// it is complete and on the disk; one that is there is replaced. The directory must exist. Throws
  /// Error{Errc::io}; the file at `path` is then as it was.
  void save_as_text_file(const std::string& path) const {
    detail::check_printable<T>();
    detail::save_text(*jobs(), path, blocks(), detail::kRecordPrinter<T>);
  }

  /// Writes one object file, which StreamingContext::object_file<T>() reads: records by their
  /// codec, each with length and checksum. Otherwise as save_as_text_file().
  void save_as_object_file(const std::string& path) const {
    detail::check_codec<Owned<T>>();
    detail::save_objects(*jobs(), path, blocks(), detail::kBlockFormat<T>);
  }

  /// These records, kept: the first action computes them, later ones read them. They are kept as
  /// long as this Rdd, a copy of it or one made from it lives, at most until the context stops.
  /// Where they are in damaged files, they are computed again. Throws Error{Errc::missing_codec} for a
  /// level with a disk where T has no codec, and {Errc::invalid_argument} for a second executor or a
  /// directory that the options do not have.
  [[nodiscard]] Rdd persist(StorageLevel level = StorageLevel::memory,
                            std::source_location where = std::source_location::current()) const {
    return kept({"persist", where}, level, &detail::kBlockFormat<T>);
  }
  /// persist() in memory.
  [[nodiscard]] Rdd cache(std::source_location where = std::source_location::current()) const {
    return kept({"cache", where}, StorageLevel::memory, nullptr);
  }

  /// The plan as text: stages, shuffles, and what fuses; as StreamingContext::explain().
  std::string to_debug_string() const { return jobs()->describe(node()); }

  // For the library.
  explicit Rdd(detail::RddHandle&& handle) noexcept : RddHandle(std::move(handle)) {}
  Rdd(std::weak_ptr<detail::JobRunner> jobs, detail::PlanNodePtr node)
      : RddHandle(std::move(jobs), std::move(node)) {}
  Rdd(detail::JobRunner& jobs, detail::PlanNodePtr node) : RddHandle(jobs, std::move(node)) {}
  template <class U>
  Rdd<U> derive(const detail::Origin& origin, detail::PlanNodePtr&& node) const {
    return Rdd<U>(derive_node(origin, std::move(node)));
  }
  template <class U, class Other>
  Rdd<U> derive_from(const Rdd<Other>& other, const detail::Origin& origin,
                     detail::PlanNodePtr&& node) const {
    return Rdd<U>(derive_with(other, origin, std::move(node)));
  }

 private:
  std::vector<detail::BlockPtr> blocks() const {
    detail::check_retainable<T>();
    return run_plan(&detail::make_collector<T>);
  }
  Rdd kept(const detail::Origin& origin, StorageLevel level,
           const detail::BlockFormat* format) const {
    detail::check_retainable<T>();
    return Rdd(derive_kept(origin, &detail::make_collector<T>, level, format));
  }
};

namespace detail {

/// The data set of blocks that collectors of T made.
template <class T>
Rdd<T> rdd_of_blocks(JobRunner& jobs, std::vector<BlockPtr>&& blocks, const Origin& origin) {
  return Rdd<T>(handle_of_blocks(jobs, type_name<T>(), std::move(blocks), origin));
}

/// The data set that a provider gives.
template <class T>
Rdd<T> rdd_of_provider(JobRunner& jobs, std::shared_ptr<BlockProvider>&& provider,
                       const Origin& origin) {
  return Rdd<T>(handle_of_provider(jobs, type_name<T>(), std::move(provider), origin));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
