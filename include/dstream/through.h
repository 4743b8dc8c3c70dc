#pragma once

#include <type_traits>
#include <utility>

namespace dstream {
inline namespace v1 {

// Fusing by hand: `stream.through(map(f) | filter(g) | map(h))` runs the three in one loop. The
// parts are plain function objects, so a chain can be tested without a context:
//
//   auto chain = map([](int x) { return x * 2; }) | filter([](int x) { return x > 2; });
//   chain(1, [](int y) { ... });   // called with each result: not at all here

namespace detail {

/// What a link's callable gives for a T, whether it reads the record or takes it over.
template <class F, class T>
struct LinkResult {
  using type = std::invoke_result_t<const F&, T&&>;
};
template <class F, class T>
  requires std::is_invocable_v<const F&, const T&>
struct LinkResult<F, T> {
  using type = std::invoke_result_t<const F&, const T&>;
};

}  // namespace detail

/// Applies f to a record. A callable that takes T&& gets a copy where the record is not its own.
template <class F>
struct MapFunction {
  F f;

  template <class T>
  using Output = std::decay_t<typename detail::LinkResult<F, T>::type>;

  template <class T, class Emit>
  void operator()(T&& record, Emit&& emit) const {
    if constexpr (std::is_invocable_v<const F&, T&&>) {
      emit(f(std::forward<T>(record)));
    } else {
      emit(f(std::decay_t<T>(record)));
    }
  }
};

/// Keeps the records for which f is true.
template <class F>
struct FilterFunction {
  F f;

  template <class T>
  using Output = std::decay_t<T>;

  template <class T, class Emit>
  void operator()(T&& record, Emit&& emit) const {
    if (f(std::as_const(record))) emit(std::forward<T>(record));
  }
};

/// One function after another.
template <class First, class Second>
struct ChainFunction {
  First first;
  Second second;

  template <class T>
  using Output = typename Second::template Output<typename First::template Output<T>>;

  template <class T, class Emit>
  void operator()(T&& record, Emit&& emit) const {
    first(std::forward<T>(record),
          [&](auto&& value) { second(std::forward<decltype(value)>(value), emit); });
  }
};

template <class T>
inline constexpr bool kIsThrough = false;
template <class F>
inline constexpr bool kIsThrough<MapFunction<F>> = true;
template <class F>
inline constexpr bool kIsThrough<FilterFunction<F>> = true;
template <class A, class B>
inline constexpr bool kIsThrough<ChainFunction<A, B>> = true;

/// A chain that `through` takes.
template <class T>
concept ThroughChain = kIsThrough<std::decay_t<T>>;

/// A link of a chain: each record becomes f(record).
template <class F>
MapFunction<std::decay_t<F>> map(F&& f) {
  return {std::forward<F>(f)};
}

/// A link of a chain: keeps the records for which f is true.
template <class F>
FilterFunction<std::decay_t<F>> filter(F&& f) {
  return {std::forward<F>(f)};
}

/// Appends a link to a chain; the chain runs first.
template <ThroughChain A, ThroughChain B>
auto operator|(A&& a, B&& b) {
  return ChainFunction<std::decay_t<A>, std::decay_t<B>>{std::forward<A>(a), std::forward<B>(b)};
}

/// Appends a chain to a chain, link by link: however it is put together, a chain is the same.
template <ThroughChain A, class First, class Second>
auto operator|(A&& a, ChainFunction<First, Second> b) {
  return (std::forward<A>(a) | std::move(b.first)) | std::move(b.second);
}

}  // namespace v1
}  // namespace dstream
