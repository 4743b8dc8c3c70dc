#pragma once

#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/callables.h>
#include <dstream/detail/derive.h>
#include <dstream/detail/group_reader.h>
#include <dstream/detail/join_reader.h>
#include <dstream/detail/key_folds.h>
#include <dstream/detail/keying.h>
#include <dstream/owned.h>
#include <dstream/partitions.h>

namespace dstream {
inline namespace v1 {

/// The transformations by key, for streams of pairs and for what `key_by` gives (`Self`). A pair's
/// value is its second; with `key_by` the value is the whole record. K and V below are the types of
/// keys and values. On any other stream they fail to compile with one message.
///
/// Each takes, last, how its shuffle is partitioned: a number, or `partition_by(f, n)`. Results are
/// the same for every number, order included: by key group (128 ranges of the key's hash), within a
/// group as each operator says. With partition_by() they come by partition first, each of which has
/// 128 / n ranges of its own.
template <class Self>
class KeyTransformations {
  using By = detail::Keying<Self>;

 public:
  /// Folds the values of each key of a batch with `Owned<V> f(Owned<V>, const V&)`. Combines within
  /// each slice, then merges in slice order, so f must be associative. Result: pairs of the key and
  /// the folded value; within a key group keys come as they are first seen.
  template <class F, class P = Partitions>
  auto reduce_by_key(F f, P partitions = {},
                     std::source_location where = std::source_location::current()) const {
    return reduce_as({"reduce_by_key", where}, std::move(f), std::move(partitions));
  }

  /// As reduce_by_key, but each slice's fold of a key begins with f(zero, value). So zero must
  /// change nothing (0 for a sum): how often it goes in depends on the slices.
  template <class Zero, class F, class P = Partitions>
  auto fold_by_key(Zero zero, F f, P partitions = {},
                   std::source_location where = std::source_location::current()) const {
    detail::check_has_keys<Self>();
    if constexpr (By::kHasKeys) {
      using V = typename By::Value;
      constexpr bool kFits = detail::ReduceCallable<F, V> && std::is_convertible_v<Zero, Owned<V>>;
      static_assert(kFits,
                    "fold_by_key: zero must convert to Owned<V>, and the callable be callable as "
                    "f(Owned<V>, const V&) and return Owned<V>, where V is the value type");
      if constexpr (kFits) {
        using Start = detail::StartFrom<Owned<V>>;
        return by_key({"fold_by_key", where},
                      detail::ReduceFold<By, F, Start>{std::move(f), Start{std::move(zero)}},
                      std::move(partitions));
      }
    }
  }

  /// Folds the values of each key into a C of another type: `C create(const V&)` makes it of a
  /// value, `C add(C, const V&)` adds one, `C merge(C, C)` joins two, in slice order. Results as
  /// those of reduce_by_key.
  template <class Create, class Add, class Merge, class P = Partitions>
  auto combine_by_key(Create create, Add add, Merge merge, P partitions = {},
                      std::source_location where = std::source_location::current()) const {
    detail::check_has_keys<Self>();
    if constexpr (By::kHasKeys) {
      using V = typename By::Value;
      constexpr bool kFits = detail::CombineCallables<Create, Add, Merge, V>;
      static_assert(kFits,
                    "combine_by_key: the callables must be callable as create(const V&), which "
                    "returns a C, C add(C, const V&) and C merge(C, C), where V is the value type");
      if constexpr (kFits) {
        using C = typename detail::CreateResult<Create, V>::type;
        return by_key({"combine_by_key", where},
                      detail::CombineByKeyFold<By, C, Create, Add, Merge>{
                          std::move(create), std::move(add), std::move(merge)},
                      std::move(partitions));
      }
    }
  }

  /// As combine_by_key with `create(v) = add(zero, v)`. zero must change nothing, as that of
  /// fold_by_key.
  template <class Zero, class Add, class Merge, class P = Partitions>
  auto aggregate_by_key(Zero zero, Add add, Merge merge, P partitions = {},
                        std::source_location where = std::source_location::current()) const {
    detail::check_has_keys<Self>();
    if constexpr (By::kHasKeys) {
      constexpr bool kFits = detail::FoldCallables<Add, Merge, Zero, typename By::Value>;
      static_assert(kFits,
                    "aggregate_by_key: the callables must be callable as C add(C, const V&) and "
                    "C merge(C, C), where C is the type of zero and V the value type");
      if constexpr (kFits) {
        return by_key({"aggregate_by_key", where},
                      detail::AggregateByKeyFold<By, Zero, Add, Merge>{
                          std::move(zero), std::move(add), std::move(merge)},
                      std::move(partitions));
      }
    }
  }

  /// Pairs of each key and a vector of its values in slice order. All values cross the shuffle;
  /// where they are folded afterwards, reduce_by_key or combine_by_key is far cheaper.
  template <class P = Partitions>
  auto group_by_key(P partitions = {},
                    std::source_location where = std::source_location::current()) const {
    detail::check_has_keys<Self>();
    if constexpr (By::kHasKeys) {
      using K = typename By::Key;
      using V = Owned<typename By::Value>;
      return detail::group_exchange<std::pair<K, std::vector<V>>>(
          self(), {"group_by_key", where}, std::move(partitions),
          &detail::make_group_reader<detail::kGroupReading<K, V>>);
    }
  }

  /// Pairs of each key that is on either side and a pair of vectors: its values here and in
  /// `other`, each in slice order. Within a key group first the keys of this side as they are first
  /// seen, then those that only the other side has. `other` may be a stream of pairs or of key_by,
  /// also this one itself; the key types must be the same.
  template <class Other, class P = Partitions>
  auto cogroup(const Other& other, P partitions = {},
               std::source_location where = std::source_location::current()) const {
    if constexpr (detail::check_join<Self, Other>()) {
      using K = typename By::Key;
      using V = Owned<typename By::Value>;
      using W = Owned<typename detail::Keying<Other>::Value>;
      return detail::co_exchange<std::pair<K, std::pair<std::vector<V>, std::vector<W>>>>(
          self(), other, {"cogroup", where}, std::move(partitions),
          &detail::make_group_reader<detail::kCogroupReading<K, V, W>>);
    }
  }

  /// Pairs (key, (value here, value there)) for every two values of one key in the batch. Within a
  /// key group: this side's values in slice order, each with its matches in slice order.
  ///
  /// A hash join: each key group's records of `other` go into a table, so the smaller stream had
  /// better be there. A key with m values here and n there gives m * n records.
  template <class Other, class P = Partitions>
  auto join(const Other& other, P partitions = {},
            std::source_location where = std::source_location::current()) const {
    return join_as<detail::Join::inner>({"join", where}, other, std::move(partitions));
  }

  /// As join; a value here without a match comes once, with an empty optional beside it:
  /// (key, (value, optional value)).
  template <class Other, class P = Partitions>
  auto left_outer_join(const Other& other, P partitions = {},
                       std::source_location where = std::source_location::current()) const {
    return join_as<detail::Join::left_outer>({"left_outer_join", where}, other,
                                             std::move(partitions));
  }

  /// As join; values of `other` without a match come behind the key group's matches, in slice
  /// order: (key, (optional value, value)).
  template <class Other, class P = Partitions>
  auto right_outer_join(const Other& other, P partitions = {},
                        std::source_location where = std::source_location::current()) const {
    return join_as<detail::Join::right_outer>({"right_outer_join", where}, other,
                                              std::move(partitions));
  }

  /// Both outer joins in one: (key, (optional value, optional value)), at least one of them there.
  template <class Other, class P = Partitions>
  auto full_outer_join(const Other& other, P partitions = {},
                       std::source_location where = std::source_location::current()) const {
    return join_as<detail::Join::full_outer>({"full_outer_join", where}, other,
                                             std::move(partitions));
  }

 protected:
  template <class F, class P>
  auto reduce_as(detail::Origin origin, F f, P partitions) const {
    detail::check_has_keys<Self>();
    if constexpr (By::kHasKeys) {
      constexpr bool kFits = detail::ReduceCallable<F, typename By::Value>;
      static_assert(kFits,
                    "reduce_by_key: the callable must be callable as f(Owned<V>, const V&) and "
                    "return Owned<V>, where V is the value type of the pairs, or the record type "
                    "after key_by");
      if constexpr (kFits) {
        return by_key(origin, detail::ReduceFold<By, F, detail::StartWithValue>{std::move(f), {}},
                      std::move(partitions));
      }
    }
  }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }

  template <class Fold, class P>
  auto by_key(const detail::Origin& origin, Fold fold, P partitions) const {
    detail::check_retainable<typename Fold::Value>();
    return detail::by_key<typename By::Key>(By::stream(self()), origin, By::keys(self()),
                                            std::move(fold), std::move(partitions));
  }

  template <detail::Join kJoin, class Other, class P>
  auto join_as(const detail::Origin& origin, const Other& other, P partitions) const {
    if constexpr (detail::check_join<Self, Other>()) {
      using K = typename By::Key;
      using V = Owned<typename By::Value>;
      using W = Owned<typename detail::Keying<Other>::Value>;
      return detail::co_exchange<detail::Joined<kJoin, K, V, W>>(
          self(), other, origin, std::move(partitions),
          &detail::make_join_reader<detail::kJoinReading<kJoin, K, V, W>>);
    }
  }
};

}  // namespace v1
}  // namespace dstream
