#pragma once

#include <cstdint>
#include <type_traits>

#include <dstream/export.h>
#include <dstream/hash.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Throws Error{capacity}: a total does not fit its 64 bits.
[[noreturn]] DSTREAM_EXPORT void throw_sum_overflow();

/// A total of 64-bit integers in two's complement of 128 bits, exact for 2^64 records. Two words,
/// since the combine tables like values aligned to eight bytes.
struct WideTotal {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  Uint128 bits() const { return Uint128{high} << 64 | low; }
  void set(Uint128 bits) {
    low = static_cast<std::uint64_t>(bits);
    high = static_cast<std::uint64_t>(bits >> 64);
  }
  template <class V>
  static Uint128 extend(V value) {
    if constexpr (std::is_signed_v<V>) {
      __extension__ using Int128 = __int128;
      return static_cast<Uint128>(static_cast<Int128>(value));
    } else {
      return Uint128{value};
    }
  }
};

/// The nearest double of a WideTotal of signed or unsigned numbers.
DSTREAM_EXPORT double to_double(const WideTotal& total, bool is_signed) noexcept;

/// How numbers of V add up. Floating-point: in their order, as double (long double as itself).
template <class V>
struct Totals {
  using State = std::conditional_t<std::is_same_v<V, long double>, long double, double>;
  using Result = State;

  static void add(State& state, V value) { state += static_cast<State>(value); }
  static void merge(State& into, const State& from) { into += from; }
  static Result result(const State& state) { return state; }
  static Result real(const State& state) { return state; }
};

/// Integers up to 32 bits: 64 bits, checked; a state that would overflow stays as it is.
template <class V>
  requires(std::is_integral_v<V> && sizeof(V) <= 4)
struct Totals<V> {
  using State = std::conditional_t<std::is_signed_v<V> || std::is_same_v<V, bool>, std::int64_t,
                                   std::uint64_t>;
  using Result = State;

  static void add(State& state, V value) { merge(state, static_cast<State>(value)); }
  static void remove(State& state, V value) {
    State left;
    if (__builtin_sub_overflow(state, static_cast<State>(value), &left)) throw_sum_overflow();
    state = left;
  }
  static void merge(State& into, const State& from) {
    State both;
    if (__builtin_add_overflow(into, from, &both)) throw_sum_overflow();
    into = both;
  }
  static Result result(const State& state) { return state; }
  static double real(const State& state) { return static_cast<double>(state); }
};

/// 64-bit integers: 128 bits, and only the end result has to fit 64.
template <class V>
  requires(std::is_integral_v<V> && sizeof(V) == 8)
struct Totals<V> {
  using State = WideTotal;
  using Result = std::conditional_t<std::is_signed_v<V>, std::int64_t, std::uint64_t>;

  static void add(State& state, V value) { state.set(state.bits() + WideTotal::extend(value)); }
  static void remove(State& state, V value) { state.set(state.bits() - WideTotal::extend(value)); }
  static void merge(State& into, const State& from) { into.set(into.bits() + from.bits()); }
  static Result result(const State& state) {
    const auto value = static_cast<Result>(state.low);
    if (WideTotal::extend(value) != state.bits()) throw_sum_overflow();
    return value;
  }
  static double real(const State& state) { return to_double(state, std::is_signed_v<V>); }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
