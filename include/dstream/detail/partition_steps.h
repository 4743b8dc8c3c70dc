#pragma once

#include <cstddef>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/owned.h>
#include <dstream/task_context.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Steps that see a partition whole: they hold its records until it ends.

/// A partition as a user's function is given it.
template <class T>
using PartitionSpan = std::span<const Owned<T>>;

template <class F, class T>
concept PlainPartitionFunction = std::is_invocable_v<const F&, PartitionSpan<T>>;

template <class R>
concept Range = requires(std::add_lvalue_reference_t<R> range) {
  std::begin(range);
  std::end(range);
};

/// What F's second parameter is tried with. It can be called, so that a function that takes `emit`
/// there (and whose result type is not named) fails the check, not inside of its body.
struct TaskContextOrEmit : TaskContext {
  template <class V>
  void operator()(V&&) const {}
};
template <class F, class T>
concept TaskPartitionFunction =
    std::is_invocable_v<const F&, PartitionSpan<T>, const TaskContextOrEmit&> &&
    Range<std::invoke_result_t<const F&, PartitionSpan<T>, const TaskContextOrEmit&>>;

template <class F, class T>
decltype(auto) call_with_partition(const F& f, PartitionSpan<T> records,
                                   const TaskContext& context) {
  if constexpr (PlainPartitionFunction<F, T>) {
    return f(records);
  } else {
    return f(records, context);
  }
}
template <class F, class T>
using MapPartitionsResult =
    decltype(call_with_partition<F, T>(std::declval<const F&>(), std::declval<PartitionSpan<T>>(),
                                       std::declval<const TaskContext&>()));

template <class F, class T>
concept PartitionFunction =
    (PlainPartitionFunction<F, T> || TaskPartitionFunction<F, T>)&&Range<MapPartitionsResult<F, T>>;

/// The element type of a range; `bool` for vector<bool>.
template <class R>
struct RangeElement {
  using type =
      std::remove_cvref_t<decltype(*std::begin(std::declval<std::add_lvalue_reference_t<R>>()))>;
};
template <>
struct RangeElement<std::vector<bool>> {
  using type = bool;
};

template <class F, class T, class U>
concept EmittingPartitionFunction =
    std::is_invocable_v<const F&, PartitionSpan<T>, EmitTo<U>&> ||
    std::is_invocable_v<const F&, PartitionSpan<T>, const TaskContext&, EmitTo<U>&>;

/// Whether map_partitions takes F; only the form that is meant is tried on it.
template <class F, class T, class Result>
consteval bool fits_partitions() {
  if constexpr (std::is_void_v<Result>) {
    return PartitionFunction<F, T>;
  } else {
    return EmittingPartitionFunction<F, T, Result>;
  }
}

/// Calls f once per task with all records of the task's slice.
template <class T, class U, class F>
class PartitionStep final : public Step {
 public:
  explicit PartitionStep(const F& f) : f_(f) {}

  void begin(const TaskContext& context) override { context_ = context; }
  void process(Chunk chunk) override {
    for_each_record<T, true>(chunk, [&](auto&& record) {
      records_.push_back(own(std::forward<decltype(record)>(record)));
    });
  }
  void flush() override {
    const PartitionSpan<T> records(records_.data(), records_.size());
    EmitTo<U> emit{out_, *this};
    if constexpr (std::is_invocable_v<const F&, PartitionSpan<T>, EmitTo<U>&>) {
      f_(records, emit);
    } else if constexpr (EmittingPartitionFunction<F, T, U>) {
      f_(records, context_, emit);
    } else {
      emit_range(call_with_partition<F, T>(f_, records, context_), emit);
    }
    out_.pass_on(*this);
    records_.clear();
  }
  void reset() noexcept override {
    out_.clear();
    records_.clear();
  }

 private:
  template <class R>
  static void emit_range(R&& range, const EmitTo<U>& emit) {
    for (auto&& value : range) {
      if constexpr (std::is_lvalue_reference_v<R> || Span<std::remove_cvref_t<R>>) {
        emit(value);
      } else {
        emit(std::move(value));
      }
    }
  }

  const F& f_;
  TaskContext context_;
  Array<Owned<T>> records_;
  ChunkBuffer<U> out_;
};

/// Stands for the callable of a step that has none.
struct NoCallable {};

/// Hands on each partition as one vector.
template <class T>
class GlomStep final : public Step {
 public:
  /// The argument is what every narrow step has: a callable, here none.
  explicit GlomStep(const NoCallable&) {}

  void process(Chunk chunk) override {
    for_each_record<T, true>(chunk, [&](auto&& record) {
      records_.push_back(own(std::forward<decltype(record)>(record)));
    });
  }
  void flush() override {
    std::vector<Owned<T>> partition = std::exchange(records_, {});
    hand_on({&partition, 1, true});
  }
  void reset() noexcept override { records_.clear(); }

 private:
  std::vector<Owned<T>> records_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
