#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/callables.h>
#include <dstream/detail/derive.h>
#include <dstream/detail/exchange.h>
#include <dstream/detail/group_reader.h>
#include <dstream/detail/group_side.h>
#include <dstream/detail/join_reader.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/detail/keys.h>
#include <dstream/detail/plan_node.h>
#include <dstream/owned.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {

template <class K, class T, template <class> class Stream>
class Keyed;

namespace detail {

/// How the operators by key see a stream: its records, where their keys come from and which part of
/// a record is the value.
template <class Self>
struct Keying {
  static constexpr bool kHasKeys = false;
};

/// Streams of pairs.
template <template <class> class Stream, class T>
  requires PairLike<T>
struct Keying<Stream<T>> {
  static constexpr bool kHasKeys = true;
  using Record = T;
  using Key = Owned<typename T::first_type>;
  using Value = typename T::second_type;
  using Keys = PairKey;
  using ValueOf = PairValue<T>;
  template <class U>
  using StreamOf = Stream<U>;

  static const Stream<T>& stream(const Stream<T>& self) { return self; }
  static Keys keys(const Stream<T>&) { return {}; }
  static const Value& value(const T& record) { return record.second; }
};

/// Streams of key_by(): the value is the record.
template <class K, class T, template <class> class Stream>
struct Keying<Keyed<K, T, Stream>> {
  static constexpr bool kHasKeys = true;
  using Record = T;
  using Key = Owned<K>;
  using Value = T;
  using Keys = ComputedKeys<T, K>;
  using ValueOf = RecordValue<T>;
  template <class U>
  using StreamOf = Stream<U>;

  static const Stream<T>& stream(const Keyed<K, T, Stream>& self) { return self.stream(); }
  static const Keys& keys(const Keyed<K, T, Stream>& self) { return self.keys(); }
  static const T& value(const T& record) { return record; }
};

template <class Self>
constexpr void check_has_keys() {
  static_assert(Keying<Self>::kHasKeys,
                "this operator needs a stream of pairs (key, value): make one with map(), or use "
                "key_by(f) and its operators");
}

/// One parent of a shuffle that keeps every value.
template <class Self>
GroupParent group_parent(const Self& self) {
  using By = Keying<Self>;
  using T = typename By::Record;
  using K = typename By::Key;
  check_retainable<Owned<typename By::Value>>();
  return {By::stream(self).node(),
          kGroupWriting<T, K, LoopKeys<K, typename By::Keys>, typename By::ValueOf>,
          By::keys(self).template source<T>()};
}

template <const GroupReading& kReading>
ReaderPtr make_group_reader() {
  return make_group_reader(kReading);
}
template <const JoinReading& kReading>
ReaderPtr make_join_reader() {
  return make_join_reader(kReading);
}

/// A shuffle that brings all values of a key together; the readers make records of U of them.
template <class U, class Self, class P>
auto group_exchange(const Self& self, const Origin& origin, P given,
                    CoExchange::ReaderFactory make_reader) {
  using K = typename Keying<Self>::Key;
  check_retainable<K>();
  check_hashable<K>();
  return Keying<Self>::stream(self).template derive<U>(
      origin, make_group_node(origin, type_name<U>(), key_partitions<K>(std::move(given), origin),
                              make_reader, group_parent(self)));
}

/// The same for two streams.
template <class U, class Self, class Other, class P>
auto co_exchange(const Self& self, const Other& other, const Origin& origin, P given,
                 CoExchange::ReaderFactory make_reader) {
  using K = typename Keying<Self>::Key;
  check_retainable<K>();
  check_hashable<K>();
  GroupParent second = group_parent(other);
  return Keying<Self>::stream(self).template derive_from<U>(
      Keying<Other>::stream(other), origin,
      make_group_node(origin, type_name<U>(), key_partitions<K>(std::move(given), origin),
                      make_reader, group_parent(self), &second));
}

/// Whether two streams can be joined; where not, one message says why.
template <class Self, class Other>
constexpr bool check_join() {
  check_has_keys<Self>();
  if constexpr (Keying<Self>::kHasKeys) {
    constexpr bool kOtherHasKeys = Keying<Other>::kHasKeys;
    static_assert(kOtherHasKeys,
                  "the other side of a join must be a stream of pairs (key, value) or a stream "
                  "with key_by(f)");
    if constexpr (kOtherHasKeys) {
      constexpr bool kSameKind = std::is_same_v<typename Keying<Self>::template StreamOf<int>,
                                                typename Keying<Other>::template StreamOf<int>>;
      static_assert(
          kSameKind,
          "a stream joins a stream, and an Rdd an Rdd; with an Rdd only a stream of pairs "
          "joins directly, others inside transform()");
      constexpr bool kSameKeys =
          std::is_same_v<typename Keying<Self>::Key, typename Keying<Other>::Key>;
      static_assert(kSameKeys,
                    "both sides of a join must have the same key type: convert the keys of one "
                    "side with map(), or with key_by(f)");
      return kSameKind && kSameKeys;
    }
  }
  return false;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
