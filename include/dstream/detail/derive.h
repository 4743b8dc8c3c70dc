#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <dstream/detail/kept.h>
#include <dstream/detail/keyed_exchange.h>
#include <dstream/detail/keys.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/plan_handle.h>
#include <dstream/detail/plan_node.h>
#include <dstream/partitions.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// How the operators make their nodes. `stream` is a DStream or an Rdd.

/// A step inside a stage: U is what it makes, F the callable that StepType runs.
template <class U, class StepType, class F, class T, template <class> class Stream>
Stream<U> narrow(const Stream<T>& stream, const Origin& origin, F f) {
  return Stream<U>(stream.derive_narrow(
      origin, type_name<U>(), {&make_step<StepType, F>, new F(std::move(f)), &destroy_object<F>}));
}

/// A shuffle whose readers make records of U.
template <class U, class T, template <class> class Stream>
Stream<U> exchange(const Stream<T>& stream, const Origin& origin,
                   std::shared_ptr<const Exchange>&& exchange) {
  return Stream<U>(stream.derive_exchange(origin, type_name<U>(), std::move(exchange)));
}

/// A shuffle that folds the records of each key: pairs of the key and the folded value.
/// `partitions` is what the user gave, see key_partitions().
template <class K, class Keys, class Fold, class P, class T, template <class> class Stream>
Stream<KeyedResult<K, FoldResultT<Fold>>> by_key(const Stream<T>& stream, const Origin& origin,
                                                 const Keys& keys, Fold fold, P partitions) {
  check_retainable<K>();
  check_hashable<K>();
  return exchange<KeyedResult<K, FoldResultT<Fold>>>(
      stream, origin,
      keyed_exchange<T, K>(keys, std::move(fold),
                           key_partitions<K>(std::move(partitions), origin)));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
