#pragma once

#include <concepts>
#include <span>
#include <type_traits>
#include <utility>

#include <dstream/detail/narrow_steps.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
/// A record with a key and a value.
template <class T>
concept PairLike = requires(const T& pair) {
  typename T::first_type;
  typename T::second_type;
  pair.first;
  pair.second;
};

namespace detail {

/// A type with an order of its own.
template <class T>
concept Ordered = requires(const T& a, const T& b) {
  { a < b } -> std::convertible_to<bool>;
};

/// A pointer to a data member as a callable.
template <class M>
struct MemberCall {
  M member;

  template <class T>
  auto operator()(const T& record) const -> decltype((record.*(this->member))) {
    return record.*member;
  }
};
/// The same of a member function without parameters.
template <class M>
  requires std::is_member_function_pointer_v<M>
struct MemberCall<M> {
  M member;

  template <class T>
  auto operator()(const T& record) const -> decltype((record.*(this->member))()) {
    return (record.*member)();
  }
};

/// A callable, or a member pointer wrapped into one.
template <class F>
auto as_function(F&& f) {
  if constexpr (std::is_member_pointer_v<std::decay_t<F>>) {
    return MemberCall<std::decay_t<F>>{f};
  } else {
    return std::decay_t<F>(std::forward<F>(f));
  }
}

// What the operators ask of callables, checked where the user passes them. A member pointer is
// invocable for std::is_invocable but cannot be called as f(record): see as_function().

template <class F, class T>
concept MapCallable = !std::is_member_pointer_v<F> && requires {
  typename RecordResult<F, T>::type;
} && !std::is_void_v<RecordResultT<F, T>>;
template <class F, class T>
concept Predicate = !std::is_member_pointer_v<F> && std::is_invocable_r_v<bool, const F&, const T&>;
template <class F, class T>
concept ReduceCallable =
    !std::is_member_pointer_v<F> && std::is_invocable_r_v<Owned<T>, const F&, Owned<T>, const T&>;

template <class F>
concept NamesOutput = requires { typename F::Output; };
template <class F, class T>
concept FlatMapCallable =
    NamesOutput<F> ||
    (MapCallable<F, T> && requires(std::add_lvalue_reference_t<RecordResultT<F, T>> range) {
      std::begin(range);
      std::end(range);
    });

/// What flat_map makes of T by F: F::Output, or the element type of the range that F returns.
template <class T, class F>
struct FlatMapResult {
  using type = std::remove_cvref_t<decltype(*std::begin(
      std::declval<std::add_lvalue_reference_t<RecordResultT<F, T>>>()))>;
};
template <class T, NamesOutput F>
struct FlatMapResult<T, F> {
  using type = typename F::Output;
};

/// Every operator of pair streams calls this first, and has the rest behind `if constexpr`.
template <class T>
constexpr void check_pairs() {
  static_assert(PairLike<T>,
                "this operator needs a stream of pairs (key, value): make one with map(), or use "
                "key_by(f) and its operators");
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
