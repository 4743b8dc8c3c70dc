#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "property/join_ops.h"

/// The operators that gather the values of keys, and folds by key into other types.
namespace property {

/// The values of a key as a word: in their order where it is known.
template <class V>
std::uint64_t group_word(const std::vector<V>& values, const OpParams& o) {
  if (o.in_order()) return word(values);
  std::uint64_t sum = values.size();
  for (const V& value : values) sum += mix(word(value));
  return sum;
}
template <class V, class W>
std::uint64_t group_word(const std::pair<std::vector<V>, std::vector<W>>& sides,
                         const OpParams& o) {
  return mix(group_word(sides.first, o) * 31 + group_word(sides.second, o));
}

/// A group -> U
template <class U>
struct MakeOfGroup {
  OpParams o;
  template <class K, class G>
  U operator()(const std::pair<K, G>& group) const {
    const std::uint64_t w =
        mix(word(std::string_view(key_bytes(group.first)))) + group_word(group.second, o);
    o.point(w);
    return make<U>(w);
  }
};

/// Gathers by key in the order in which keys come.
template <class K, class V>
std::vector<std::pair<K, std::vector<V>>> gather(const std::vector<std::pair<K, V>>& entries,
                                                 const OracleSettings& settings) {
  FirstSeen<K, std::vector<V>> groups;
  const auto first = [](const V& value) { return std::vector<V>{value}; };
  const auto more = [](std::vector<V> values, const V& value) {
    values.push_back(value);
    return values;
  };
  for (const auto& [key, value] : entries) groups.add(key, value, first, more);
  if (settings.mistake == Mistake::group_backwards) {
    for (auto& group : groups.entries) std::reverse(group.second.begin(), group.second.end());
  }
  return groups.entries;
}

template <class By, class U>
struct GroupOp {
  static constexpr std::string_view kName = "group_by_key";
  using T = typename By::Record;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return in_partitions(o, [&](auto n) { return By::keyed(s, o).group_by_key(n); })
        .map(MakeOfGroup<U>{o});
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    const auto groups = place_in_partitions(gather(entries_of<By>(in, o), st), o.placement(), st);
    return each<U>(groups,
                   [&](const auto& group, auto& out) { out.push_back(MakeOfGroup<U>{o}(group)); });
  }
};

template <class A, class B, class U>
struct CogroupOp {
  static constexpr std::string_view kName = "cogroup";
  using TA = typename A::Record;
  using TB = typename B::Record;
  using V = std::vector<typename A::Value>;
  using W = std::vector<typename B::Value>;
  using R = std::pair<typename A::Key, std::pair<V, W>>;

  static auto build(const dstream::DStream<TA>& a, const dstream::DStream<TB>& b,
                    const OpParams& o) {
    return in_partitions(o, [&](auto n) { return A::keyed(a, o).cogroup(B::keyed(b, o), n); })
        .map(MakeOfGroup<U>{o});
  }
  static Slices<U> run(const Slices<Held<TA>>& a, const Slices<Held<TB>>& b, const OpParams& o,
                       const Settings& st) {
    const auto place = [&](const auto& left, const auto& right) {
      std::vector<R> groups;
      const auto right_groups = gather(right, st);
      std::map<std::string, std::size_t> at;
      for (auto& [key, values] : gather(left, st)) {
        at[key_bytes(key)] = groups.size();
        groups.push_back({key, {values, W()}});
      }
      for (auto& [key, values] : right_groups) {
        const auto [found, is_new] = at.emplace(key_bytes(key), groups.size());
        if (is_new) groups.push_back({key, {V(), W()}});
        groups[found->second].second.second = values;
      }
      return groups;
    };
    const auto groups =
        for_each_place<R>(entries_of<A>(a, o), entries_of<B>(b, o), o.placement(), st, place);
    return each<U>(groups,
                   [&](const auto& group, auto& out) { out.push_back(MakeOfGroup<U>{o}(group)); });
  }
};

// ---- folds ----

/// How many values, and a word of them: of their order and of where slices end if these are known.
using Tally = std::pair<Int, Int>;

inline Int as_int(std::uint64_t w) { return static_cast<Int>(w); }
inline std::uint64_t as_word(Int value) { return static_cast<std::uint64_t>(value); }

struct CreateTally {
  OpParams o;
  template <class V>
  Tally operator()(const V& value) const {
    o.point(word(value));
    return {1, as_int(word(value))};
  }
};
struct AddToTally {
  OpParams o;
  template <class V>
  Tally operator()(Tally tally, const V& value) const {
    o.point(word(value) + 1);
    const std::uint64_t before = as_word(tally.second) * (o.known == Known::slices ? 31 : 1);
    return {tally.first + 1, as_int(before + word(value))};
  }
};
struct MergeTallies {
  OpParams o;
  Tally operator()(Tally a, Tally b) const {
    const std::uint64_t before = as_word(a.second) * (o.known == Known::slices ? 1021 : 1);
    return {a.first + b.first, as_int(before + as_word(b.second))};
  }
};

/// combine_by_key and aggregate_by_key, which differ in how a key's first value goes in.
template <class By, class U, bool kCombine>
struct TallyOp {
  static constexpr std::string_view kName = kCombine ? "combine_by_key" : "aggregate_by_key";
  using T = typename By::Record;
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    const auto tallies = in_partitions(o, [&](auto n) {
      if constexpr (kCombine) {
        return By::keyed(s, o).combine_by_key(CreateTally{o}, AddToTally{o}, MergeTallies{o}, n);
      } else {
        return By::keyed(s, o).aggregate_by_key(Tally(0, 0), AddToTally{o}, MergeTallies{o}, n);
      }
    });
    return build_to<U>(tallies, o);
  }
  static Slices<U> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto first = [&](const H& r) {
      return kCombine ? CreateTally{o}(By::value(r)) : AddToTally{o}(Tally(0, 0), By::value(r));
    };
    const auto add = [&](const Tally& tally, const H& r) {
      return AddToTally{o}(tally, By::value(r));
    };
    const auto key = [&](const H& r) { return By::key(r, o); };
    return run_to<U>(combine_by_key<typename By::Key, Tally>(in, key, first, add, MergeTallies{o},
                                                             o.placement(), st),
                     o);
  }
};

/// Adds up, or folds so that the order shows. 0 changes nothing.
struct AddUp {
  OpParams o;
  Int operator()(Int folded, Int value) const {
    o.point(word(value));
    const std::uint64_t times = o.known == Known::slices ? 31 : 1;
    return as_int(as_word(folded) * times + as_word(value));
  }
};

template <class T>
struct FoldByKeyOp {
  static constexpr std::string_view kName = "fold_by_key";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return in_partitions(o, [&](auto n) { return s.fold_by_key(0, AddUp{o}, n); });
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto key = [](const H& r) { return r.first; };
    const auto value = [](const H& r) { return r.second; };
    return fold_by_key<typename H::first_type, Int>(in, key, value, AddUp{o}, o.placement(), st);
  }
};

template <class T>
struct DistinctOp {
  static constexpr std::string_view kName = "distinct";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return in_partitions(o, [&](auto n) { return s.distinct(n); });
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto key = [](const H& r) { return r; };
    const auto once = count_by_key<H>(in, key, o.placement(), st);
    return each<H>(once, [](const auto& entry, auto& out) { out.push_back(entry.first); });
  }
};

/// Of many keys, so that few records have the same.
struct WideKey {
  using Key = Int;
  OpParams o;
  template <class A>
  Int operator()(const A& record) const {
    o.point(word(record));
    return static_cast<Int>(word(record) % 16384);
  }
};

/// A join that stays small in large batches: of different records, by many keys.
template <class T, class U>
struct DistinctJoinOp {
  static constexpr std::string_view kName = "distinct.key_by.full_outer_join(distinct.key_by)";
  using By = ByKey<T, WideKey>;
  using Joining = JoinOp<Join::full, By, By, U>;
  static auto build(const dstream::DStream<T>& a, const dstream::DStream<T>& b, const OpParams& o) {
    return Joining::build(DistinctOp<T>::build(a, o), DistinctOp<T>::build(b, o), o);
  }
  static Slices<U> run(const Slices<T>& a, const Slices<T>& b, const OpParams& o,
                       const Settings& st) {
    return Joining::run(DistinctOp<T>::run(a, o, st), DistinctOp<T>::run(b, o, st), o, st);
  }
};

// ---- values ----

template <class T>
struct MapValuesOp {
  static constexpr std::string_view kName = "map_values";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.map_values(Make<typename H::second_type>{o});
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings&) {
    return each<H>(in, [&](const H& r, auto& out) {
      out.push_back({r.first, Make<typename H::second_type>{o}(r.second)});
    });
  }
};

template <class T>
struct FlatMapValuesOp {
  static constexpr std::string_view kName = "flat_map_values";
  using H = Held<T>;
  using V = typename H::second_type;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.flat_map_values(MakeSome<V>{o});
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings&) {
    return each<H>(in, [&](const H& r, auto& out) {
      for (const V& v : MakeSome<V>{o}(r.second)) out.push_back({r.first, v});
    });
  }
};

/// key_by.map_values
template <class T, class KeyOf, class U>
struct KeyMapValuesOp {
  static constexpr std::string_view kName = "key_by.map_values";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.key_by(KeyOf{o}).map_values(Make<typename U::second_type>{o});
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    return each<U>(in, [&](const Held<T>& r, auto& out) {
      out.push_back({typename KeyOf::Key(KeyOf{o}(seen<T>(r))),
                     Make<typename U::second_type>{o}(seen<T>(r))});
    });
  }
};

}  // namespace property
