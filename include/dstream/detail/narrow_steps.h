#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/step.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Narrow operators: typed loops over a chunk with the user's callable inlined, behind one virtual
// call per chunk.

/// Whether a record is cheap enough to be copied before it is known that it is wanted.
template <class T>
inline constexpr bool kCopyBlindly = std::is_trivially_copyable_v<T> && sizeof(T) <= 64;

/// A small callable without heap state is copied to the stack, so that the compiler sees that the
/// loop's stores do not change its captures.
template <class F>
using LoopCallable =
    std::conditional_t<std::is_trivially_copyable_v<F> && sizeof(F) <= 64, const F, const F&>;

template <class F, class T>
concept TakesConst = std::is_invocable_v<const F&, const T&>;

/// What a callable gives for a record of T; no type where it takes none.
template <class F, class T>
struct RecordResult {};
template <class F, class T>
  requires(!TakesConst<F, T> && std::is_invocable_v<const F&, T &&>)
struct RecordResult<F, T> {
  using type = std::invoke_result_t<const F&, T&&>;
};
template <class F, class T>
  requires TakesConst<F, T>
struct RecordResult<F, T> {
  using type = std::invoke_result_t<const F&, const T&>;
};
template <class F, class T>
using RecordResultT = typename RecordResult<F, T>::type;

/// Calls `body(record)` for every record of the chunk, as T&& where the chunk may be taken apart.
template <class T, bool kMayMove, class Body>
void for_each_record(Chunk chunk, Body&& body) {
  if constexpr (kMayMove && !std::is_trivially_copyable_v<T>) {
    if (chunk.movable) {
      for (T& record : chunk.movable_records<T>()) body(std::move(record));
      return;
    }
  }
  for (const T& record : chunk.records<T>()) body(record);
}

/// Calls f with a record that may be const where f wants to take it over.
template <class F, class T>
decltype(auto) call_with(const F& f, const T& record) {
  if constexpr (TakesConst<F, T>) {
    return f(record);
  } else {
    return f(T(record));
  }
}
template <class F, class T>
  requires(!std::is_lvalue_reference_v<T>)
decltype(auto) call_with(const F& f, T&& record) {
  if constexpr (std::is_invocable_v<const F&, T&&>) {
    return f(std::move(record));
  } else {
    return f(record);
  }
}

template <class T, class U, class F>
class MapStep final : public Step {
 public:
  explicit MapStep(const F& f) : f_(f) {}

  void process(Chunk chunk) override {
    LoopCallable<F> f = f_;
    if constexpr (sizeof(U) <= sizeof(T) || chunk_capacity<U>() >= chunk_capacity<T>()) {
      out_.ensure_capacity(chunk.size);
      map_all(f, chunk);
    } else {
      for_each_record<T, true>(chunk, [&](auto&& record) {
        if (out_.full()) out_.pass_on(*this);
        out_.emplace(call_with(f, std::forward<decltype(record)>(record)));
      });
    }
    out_.pass_on(*this);
  }
  bool takes_selection() const override { return true; }
  void process_selected(Chunk chunk, std::span<const std::uint16_t> positions) override {
    LoopCallable<F> f = f_;
    const T* const in = chunk.records<T>().data();
    out_.ensure_capacity(positions.size());
    for (const std::uint16_t position : positions) out_.emplace(call_with(f, in[position]));
    out_.pass_on(*this);
  }
  void reset() noexcept override { out_.clear(); }

 private:
  template <class G>
  void map_all(const G& f, Chunk chunk) {
    if constexpr (std::is_trivially_copyable_v<T> && std::is_trivially_copyable_v<U>) {
      const T* in = chunk.records<T>().data();
      U* out = out_.end();
      for (std::size_t i = 0; i < chunk.size; ++i) {
        ::new (static_cast<void*>(out + i)) U(call_with(f, in[i]));
      }
      out_.added(chunk.size);
    } else {
      for_each_record<T, true>(chunk, [&](auto&& record) {
        out_.emplace(call_with(f, std::forward<decltype(record)>(record)));
      });
    }
  }

  const F& f_;
  ChunkBuffer<U> out_;
};

/// A predicate that can also choose among many records at once: writes those it wants to `out` and
/// returns their number.
template <class F, class T>
concept BulkPredicate = requires(const F& f, const T* in, T* out) {
  { f.select(in, std::size_t{}, out) } -> std::same_as<std::size_t>;
};

template <class T, class F>
class FilterStep final : public Step {
 public:
  explicit FilterStep(const F& f) : f_(f) {}

  void process(Chunk chunk) override {
    if constexpr (BulkPredicate<F, T>) {
      out_.ensure_capacity(chunk.size);
      out_.added(f_.select(chunk.records<T>().data(), chunk.size, out_.end()));
      out_.pass_on(*this);
    } else if constexpr (kCopyBlindly<T>) {
      if (sizeof(T) > kCheapToCopy && next_takes_selection()) {
        choose(chunk);
      } else {
        select(chunk.records<T>());
      }
    } else {
      LoopCallable<F> f = f_;
      for_each_record<T, true>(chunk, [&](auto&& record) {
        if (!f(std::as_const(record))) return;
        if (out_.full()) out_.pass_on(*this);
        out_.emplace(std::forward<decltype(record)>(record));
      });
    }
    // Views die with the chunk; what owns its data may wait for a full one.
    if constexpr (kHoldsViews<T>) out_.pass_on(*this);
  }
  void flush() override { out_.pass_on(*this); }
  void reset() noexcept override { out_.clear(); }

 private:
  /// Notes the positions of the wanted records.
  void choose(Chunk chunk) {
    LoopCallable<F> f = f_;
    std::span<const T> in = chunk.records<T>();
    std::uint16_t positions[kMostChosen];
    while (!in.empty()) {
      const auto run = in.first(in.size() < kMostChosen ? in.size() : kMostChosen);
      std::size_t kept = 0;
      for (std::size_t i = 0; i < run.size(); ++i) {
        positions[kept] = static_cast<std::uint16_t>(i);
        kept += static_cast<std::size_t>(static_cast<bool>(f(run[i])));
      }
      if (kept != 0) hand_on_selected(shared_chunk(run.data(), run.size()), {positions, kept});
      in = in.subspan(run.size());
    }
  }

  /// Writes every record and advances past the wanted ones: no branch to mispredict.
  void select(std::span<const T> in) {
    LoopCallable<F> f = f_;
    while (!in.empty()) {
      if (out_.full()) out_.pass_on(*this);
      const auto run = in.first(in.size() < out_.room() ? in.size() : out_.room());
      T* out = out_.end();
      std::size_t kept = 0;
      for (const T& record : run) {
        ::new (static_cast<void*>(out + kept)) T(record);
        kept += static_cast<std::size_t>(static_cast<bool>(f(record)));
      }
      out_.added(kept);
      in = in.subspan(run.size());
    }
  }

  // A record of up to this size is copied for less than what its position costs.
  static constexpr std::size_t kCheapToCopy = 16;
  static constexpr std::size_t kMostChosen = 1024;

  const F& f_;
  ChunkBuffer<T> out_;
};

/// A callable that writes its results to an array whose needed length it can bound beforehand:
/// `f.max_outputs(record)` and `U* f(record, U* out)`.
template <class F, class T, class U>
concept BoundedWriter = requires(const F& f, const T& record, U* out) {
  { f.max_outputs(record) } -> std::convertible_to<std::size_t>;
  { f(record, out) } -> std::same_as<U*>;
};

template <class U>
struct EmitTo;

template <class F, class T, class U>
concept Emitter = requires(const F& f, const T& record, EmitTo<U>& emit) { f(record, emit); };

/// What an emit-style callable is given: call it once per result.
template <class U>
struct EmitTo {
  ChunkBuffer<U>& buffer;
  Step& owner;

  template <class V>
  void operator()(V&& value) const {
    if (buffer.full()) buffer.pass_on(owner);
    buffer.emplace(std::forward<V>(value));
  }
};

template <class T, class U, class F>
class FlatMapStep final : public Step {
 public:
  explicit FlatMapStep(const F& f) : f_(f) {}

  void process(Chunk chunk) override {
    LoopCallable<F> f = f_;
    if constexpr (BoundedWriter<F, T, U>) {
      for (const T& record : chunk.records<T>()) write(f, record);
    } else if constexpr (Emitter<F, T, U>) {
      EmitTo<U> emit{out_, *this};
      for (const T& record : chunk.records<T>()) f(record, emit);
    } else {
      for_each_record<T, true>(chunk, [&](auto&& record) {
        emit_range(call_with(f, std::forward<decltype(record)>(record)));
      });
    }
    if constexpr (kHoldsViews<U>) out_.pass_on(*this);
  }
  void flush() override { out_.pass_on(*this); }
  void reset() noexcept override { out_.clear(); }

 private:
  template <class G>
  void write(const G& f, const T& record) {
    const std::size_t most = f.max_outputs(record);
    if (most > out_.room()) {
      out_.pass_on(*this);
      out_.ensure_capacity(most);
    }
    U* const begin = out_.end();
    out_.added(static_cast<std::size_t>(f(record, begin) - begin));
  }

  template <class Range>
  void emit_range(Range&& range) {
    EmitTo<U> emit{out_, *this};
    for (auto&& value : range) {
      if constexpr (std::is_lvalue_reference_v<Range>) {
        emit(value);
      } else {
        emit(std::move(value));
      }
    }
  }

  const F& f_;
  ChunkBuffer<U> out_;
};

/// Makes a step that runs a callable of type F.
template <class StepType, class F>
StepPtr make_step(const void* callable) {
  return StepPtr(new StepType(*static_cast<const F*>(callable)));
}

/// Several consumers of one stream within a stage: each sees the chunk, none may take it apart.
class DSTREAM_EXPORT TeeStep final : public Step {
 public:
  explicit TeeStep(std::vector<Step*> consumers) : consumers_(std::move(consumers)) {}
  void process(Chunk chunk) override;

 private:
  std::vector<Step*> consumers_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
