#pragma once

#include <type_traits>
#include <utility>
#include <vector>

#include "property/operators_of.h"

/// Streams whose records have keys, either way, for operators by key.
namespace property {

/// Pairs, by their first.
template <class T>
struct Pairs {
  using Record = T;
  using Key = typename Held<T>::first_type;
  using Value = typename Held<T>::second_type;
  static const dstream::DStream<T>& keyed(const dstream::DStream<T>& s, const OpParams&) {
    return s;
  }
  static Key key(const Held<T>& record, const OpParams&) { return record.first; }
  static Value value(const Held<T>& record) { return record.second; }
};

/// Records with key_by(KeyOf).
template <class T, class KeyOf>
struct ByKey {
  using Record = T;
  using Key = typename KeyOf::Key;
  using Value = Held<T>;
  static auto keyed(const dstream::DStream<T>& s, const OpParams& o) { return s.key_by(KeyOf{o}); }
  static Key key(const Held<T>& record, const OpParams& o) {
    return Key(KeyOf{o}(seen<T>(record)));
  }
  static Value value(const Held<T>& record) { return record; }
};

/// A number as its own key, with NaN and both zeros among them.
struct OwnKey {
  using Key = double;
  OpParams o;
  double operator()(double record) const {
    o.point(word(record));
    return record;
  }
};

/// A double out of a struct.
struct ReadingKey {
  using Key = double;
  OpParams o;
  double operator()(const Reading& record) const {
    o.point(word(record));
    return record.value;
  }
};

/// Some different structs.
struct StructKey {
  using Key = Reading;
  OpParams o;
  template <class A>
  Reading operator()(const A& record) const {
    o.point(word(record));
    return make<Reading>(word(record) % 20);
  }
};

/// All records as pairs of key and value, in order.
template <class By>
std::vector<std::pair<typename By::Key, typename By::Value>> entries_of(
    const Slices<Held<typename By::Record>>& in, const OpParams& o) {
  std::vector<std::pair<typename By::Key, typename By::Value>> entries;
  for (const auto& slice : in) {
    for (const auto& record : slice) entries.emplace_back(By::key(record, o), By::value(record));
  }
  return entries;
}

}  // namespace property
