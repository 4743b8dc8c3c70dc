#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <dstream/detail/exchange.h>
#include <dstream/detail/fold_loops.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/detail/keys.h>
#include <dstream/export.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// A shuffle by key with map-side combining: records become KeyedResults. `fold` is what the loops
/// take for the fold.
DSTREAM_EXPORT std::shared_ptr<const Exchange> make_keyed_exchange(const FoldLoops& loops,
                                                                   KeySource keys,
                                                                   std::shared_ptr<const void> fold,
                                                                   KeyPartitions partitions);

template <class Fold>
concept IgnoresRecords = Fold::kIgnoresRecords;
template <class T, class K, class Fold>
using LoopRecord =
    std::conditional_t<IgnoresRecords<Fold> && kKeyKind<K> != KeyKind::kAny, AnyRecord, T>;

/// A function, so that the library can hold common ones ready compiled.
template <class T, class K, class Keys, class Fold>
const FoldLoops& fold_loops_of() {
  static constexpr FoldLoops kLoops = fold_loops<T, K, Keys, Fold>();
  return kLoops;
}

template <class T, class K, class Keys, class Fold>
std::shared_ptr<const Exchange> keyed_exchange(const Keys& keys, Fold fold,
                                               KeyPartitions partitions) {
  std::shared_ptr<const void> kept;
  if constexpr (!kStateless<Fold>) kept = keep(new Fold(std::move(fold)), &destroy_object<Fold>);
  return make_keyed_exchange(fold_loops_of<LoopRecord<T, K, Fold>, K, LoopKeys<K, Keys>, Fold>(),
                             keys.template source<T>(), std::move(kept), std::move(partitions));
}

/// Counts per key, as every counting operator gives them.
using KeyCountFold = CountFold<std::int64_t>;

/// The shuffle of count_by_value(). A function of its own, so that the library can hold the common
/// ones ready compiled.
template <class T>
std::shared_ptr<const Exchange> make_count_exchange(KeyPartitions partitions) {
  return keyed_exchange<T, Owned<T>>(RecordAsKey{}, KeyCountFold{}, std::move(partitions));
}

/// Keeps of each key that it was there; the fold of distinct().
struct PresenceFold {
  using Value = NoValue;
  static constexpr bool kIgnoresRecords = true;
  template <class T>
  NoValue first(const T&) const noexcept {
    return {};
  }
  template <class T>
  void add(NoValue&, const T&) const noexcept {}
  void merge(NoValue&, NoValue) const noexcept {}
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
