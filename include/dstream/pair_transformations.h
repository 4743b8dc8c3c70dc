#pragma once

#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>

#include <dstream/detail/callables.h>
#include <dstream/detail/derive.h>
#include <dstream/owned.h>
#include <dstream/partitions.h>

namespace dstream {
inline namespace v1 {

namespace detail {

/// reduce_by_key: folds the second of pairs.
template <class Pair, class F>
struct PairReduceFold {
  using Value = Owned<typename Pair::second_type>;
  F f;

  Value first(const Pair& pair) const { return own(pair.second); }
  void add(Value& value, const Pair& pair) const { value = f(std::move(value), pair.second); }
  void merge(Value& into, Value&& from) const {
    if constexpr (std::is_invocable_v<const F&, Value, Value>) {
      into = f(std::move(into), std::move(from));
    } else {
      into = f(std::move(into), borrow<typename Pair::second_type>(from));
    }
  }
};

}  // namespace detail

/// The transformations of streams of pairs, shared by DStream and Rdd. On a stream of other records
/// they fail to compile with one message.
template <class T, template <class> class Stream>
class PairTransformations {
 public:
  /// Folds the values of each key of a batch with `Owned<V> f(Owned<V>, const V&)`. Combines within
  /// each slice, then merges in slice order, so f must be associative. Result: pairs of the key and
  /// the folded value, ordered by key group, then by first appearance.
  template <class F>
  auto reduce_by_key(F f, Partitions partitions = {},
                     std::source_location where = std::source_location::current()) const {
    detail::check_pairs<T>();
    if constexpr (PairLike<T>) {
      detail::check_retainable<T>();
      static_assert(detail::ReduceCallable<F, typename T::second_type>,
                    "reduce_by_key: the callable must be callable as f(Owned<V>, const V&) and "
                    "return Owned<V>, where V is the value type of the pairs");
      if constexpr (detail::ReduceCallable<F, typename T::second_type>) {
        using Fold = detail::PairReduceFold<T, F>;
        return detail::by_key<Owned<typename T::first_type>>(
            self(), {"reduce_by_key", where}, detail::PairKey{}, Fold{std::move(f)}, partitions);
      }
    }
  }

 private:
  const Stream<T>& self() const { return static_cast<const Stream<T>&>(*this); }
};

}  // namespace v1
}  // namespace dstream
