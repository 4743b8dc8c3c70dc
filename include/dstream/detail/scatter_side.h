#pragma once

#include <memory>

#include <dstream/detail/exchange.h>
#include <dstream/detail/fold_loops.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/export.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The value of a pair, for shuffles that keep every value.
template <class Pair>
struct PairValue {
  using Value = Owned<typename Pair::second_type>;
  Value first(const Pair& pair) const { return own(pair.second); }
};

/// The whole record as a value.
template <class T>
struct RecordValue {
  using Value = Owned<T>;
  Value first(const T& record) const { return own(record); }
};

/// One parent's side of a shuffle by key that combines nothing: joins and groups need every value.
/// Every record is an entry of its own, by key group and then in slice order.
DSTREAM_EXPORT std::shared_ptr<const ExchangeSide> make_scatter_side(const FoldLoops& loops,
                                                                     KeySource keys,
                                                                     KeyPartitions partitions);

/// The loops of a side: `ValueOf` says what of a record is kept.
template <class T, class K, class Keys, class ValueOf>
const FoldLoops& scatter_loops_of() {
  static constexpr FoldLoops kLoops = scatter_loops<T, K, Keys, ValueOf>();
  return kLoops;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
