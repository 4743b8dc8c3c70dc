#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include <dstream/detail/aggregate_spec.h>
#include <dstream/detail/sum_state.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// What count(), sum(), mean(), variance(), min() and max() are for records of one type.

struct CountAll {
  std::int64_t zero() const { return 0; }
  template <class T>
  void add(std::int64_t& count, const T&) const {
    ++count;
  }
  template <class T>
  void remove(std::int64_t& count, const T&) const {
    --count;
  }
  void merge(std::int64_t& into, const std::int64_t& from) const { into += from; }
  std::int64_t result(const std::int64_t& count) const { return count; }
};

/// The base of those that look at a part of the record.
template <class P, class T>
class Projecting {
 public:
  using V = Projected<P, T>;
  explicit constexpr Projecting(P p) : p_(std::move(p)) {}

 protected:
  decltype(auto) of(const T& record) const { return project(p_, record); }

 private:
  [[no_unique_address]] P p_;
};

template <class P, class T>
class CountIf : Projecting<P, T> {
 public:
  using Projecting<P, T>::Projecting;
  std::int64_t zero() const { return 0; }
  void add(std::int64_t& count, const T& record) const { count += matches(record) ? 1 : 0; }
  void remove(std::int64_t& count, const T& record) const { count -= matches(record) ? 1 : 0; }
  void merge(std::int64_t& into, const std::int64_t& from) const { into += from; }
  std::int64_t result(const std::int64_t& count) const { return count; }

 private:
  bool matches(const T& record) const { return static_cast<bool>(this->of(record)); }
};

template <class P, class T>
class Sum : Projecting<P, T> {
  using V = Projected<P, T>;

 public:
  using Projecting<P, T>::Projecting;
  using State = typename Totals<V>::State;

  State zero() const { return {}; }
  void add(State& state, const T& record) const { Totals<V>::add(state, this->of(record)); }
  void remove(State& state, const T& record) const
    requires std::is_integral_v<V>
  {
    Totals<V>::remove(state, this->of(record));
  }
  void merge(State& into, const State& from) const { Totals<V>::merge(into, from); }
  typename Totals<V>::Result result(const State& state) const { return Totals<V>::result(state); }
};

template <class Total>
struct MeanState {
  Total total{};
  std::int64_t count = 0;
};

template <class P, class T>
class Mean : Projecting<P, T> {
  using V = Projected<P, T>;

 public:
  using Projecting<P, T>::Projecting;
  using State = MeanState<typename Totals<V>::State>;
  static constexpr bool kNeedsRecords = true;

  State zero() const { return {}; }
  void add(State& state, const T& record) const {
    Totals<V>::add(state.total, this->of(record));
    ++state.count;
  }
  void remove(State& state, const T& record) const
    requires std::is_integral_v<V>
  {
    Totals<V>::remove(state.total, this->of(record));
    --state.count;
  }
  void merge(State& into, const State& from) const {
    Totals<V>::merge(into.total, from.total);
    into.count += from.count;
  }
  auto result(const State& state) const {
    using Real = decltype(Totals<V>::real(state.total));
    return Totals<V>::real(state.total) / static_cast<Real>(state.count);
  }
};

/// Count, mean and sum of squared distances from the mean: Welford, "Note on a Method for
/// Calculating Corrected Sums of Squares and Products" (1962); merged as Chan, Golub and LeVeque,
/// "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;

  void add(double value) {
    ++count;
    const double distance = value - mean;
    mean += distance / count;
    squares += distance * (value - mean);
  }
  DSTREAM_EXPORT void merge(const Moments& from);
};

/// Which of the four numbers of variance() and its kin.
struct Spread {
  bool sample;
  bool root;
};
DSTREAM_EXPORT double spread_of(const Moments& moments, Spread spread) noexcept;

template <class P, class T>
class Variance : Projecting<P, T> {
 public:
  static constexpr bool kNeedsRecords = true;

  Variance(P p, Spread spread) : Projecting<P, T>(std::move(p)), spread_(spread) {}
  Moments zero() const { return {}; }
  void add(Moments& state, const T& record) const {
    state.add(static_cast<double>(this->of(record)));
  }
  void merge(Moments& into, const Moments& from) const { into.merge(from); }
  double result(const Moments& state) const { return spread_of(state, spread_); }

 private:
  Spread spread_;
};

/// The least or greatest value so far, in any order of values. Numbers start from a neutral one;
/// NaN is the neutral one of floating-point numbers, so that it counts only where nothing else is.
template <class P, class T, bool kGreatest>
class Extreme : Projecting<P, T> {
  using V = Projected<P, T>;
  using Limits = std::numeric_limits<V>;

 public:
  using Projecting<P, T>::Projecting;
  using State = std::conditional_t<std::is_arithmetic_v<V>, V, std::optional<Owned<V>>>;
  static constexpr bool kNeedsRecords = true;

  State zero() const {
    if constexpr (std::is_floating_point_v<V>) {
      return Limits::quiet_NaN();
    } else if constexpr (std::is_arithmetic_v<V>) {
      return kGreatest ? Limits::min() : Limits::max();
    } else {
      return std::nullopt;
    }
  }
  void add(State& state, const T& record) const {
    const V& value = this->of(record);
    if (wins(value, state)) state = own(value);
  }
  void merge(State& into, State&& from) const {
    if constexpr (std::is_arithmetic_v<V>) {
      if (wins(from, into)) into = from;
    } else if (from && wins(as_value<V>(*from), into)) {
      into = std::move(from);
    }
  }
  Owned<V> result(State&& state) const {
    if constexpr (std::is_arithmetic_v<V>) {
      return state;
    } else {
      return std::move(*state);
    }
  }

 private:
  // The first of equal values stays.
  static bool wins(const V& value, const State& state) {
    if constexpr (std::is_floating_point_v<V>) {
      return (kGreatest ? state < value : value < state) || state != state;
    } else if constexpr (std::is_arithmetic_v<V>) {
      return kGreatest ? state < value : value < state;
    } else {
      if (!state) return true;
      const V& held = as_value<V>(*state);
      return kGreatest ? held < value : value < held;
    }
  }
};
template <class P, class T>
class Min : public Extreme<P, T, false> {
 public:
  using Extreme<P, T, false>::Extreme;
};
template <class P, class T>
class Max : public Extreme<P, T, true> {
 public:
  using Extreme<P, T, true>::Extreme;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
