#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "property/operators_of.h"

/// sort_by with its keys and orders, and what it must give.
namespace property {

/// Few keys, so that many records have the same.
struct SortKey {
  using Key = std::int32_t;
  OpParams o;
  template <class A>
  std::int32_t operator()(const A& record) const {
    o.point(word(record));
    return static_cast<std::int32_t>(word(record) % 50) - 25;
  }
};

/// The record itself.
struct WholeKey {
  OpParams o;
  template <class A>
  A operator()(const A& record) const {
    o.point(word(record));
    return record;
  }
};

/// Text, few different ones.
struct SortText {
  OpParams o;
  template <class A>
  std::string operator()(const A& record) const {
    o.point(word(record));
    return make_text(word(record) % 40);
  }
};

/// Records by key. NaN comes last in both orders.
template <class H, class KeyOf>
std::vector<H> sorted_by(std::vector<H> records, const KeyOf& key_of, bool descending,
                         const OracleSettings& st) {
  const auto before = [&](const H& left, const H& right) {
    const auto a = key_of(left);
    const auto b = key_of(right);
    if constexpr (std::is_same_v<std::decay_t<decltype(a)>, double>) {
      if (std::isnan(a) || std::isnan(b)) {
        return st.mistake == Mistake::sort_nan_first ? std::isnan(a) && !std::isnan(b)
                                                     : std::isnan(b) && !std::isnan(a);
      }
    }
    return descending ? b < a : a < b;
  };
  if (st.mistake == Mistake::sort_unstable) std::reverse(records.begin(), records.end());
  std::stable_sort(records.begin(), records.end(), before);
  return records;
}

inline bool descending(const OpParams& o) { return o.p % 2 == 1; }
inline dstream::SortOrder sort_order(const OpParams& o) {
  return descending(o) ? dstream::SortOrder::descending : dstream::SortOrder::ascending;
}

/// In natural order, either way.
template <class T, class Key>
struct SortOp {
  static constexpr std::string_view kName = "sort_by";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.sort_by(Key{o}, sort_order(o), o.shuffle());
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto key = [&](const H& r) { return Key{o}(seen<T>(r)); };
    return without_empty<H>({sorted_by(end_to_end(in), key, descending(o), st)});
  }
};

/// By a comparison.
template <class T, class Key>
struct SortLessOp {
  static constexpr std::string_view kName = "sort_by(less)";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    const auto less = [o](const auto& a, const auto& b) {
      o.point(word(a) ^ word(b));
      return descending(o) ? b < a : a < b;
    };
    return s.sort_by(Key{o}, less, o.shuffle());
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    return SortOp<T, Key>::run(in, o, st);
  }
};

/// By the first of pairs.
template <class T>
struct SortByKeyOp {
  static constexpr std::string_view kName = "sort_by_key";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.sort_by_key(sort_order(o), o.shuffle());
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto key = [](const H& r) { return r.first; };
    return without_empty<H>({sorted_by(end_to_end(in), key, descending(o), st)});
  }
};

/// By a pointer to a member, or a pair of numbers by its second as a lambda's result.
template <auto kMember>
struct SortMemberOp {
  static constexpr std::string_view kName = "sort_by(&member)";
  static auto build(const dstream::DStream<Reading>& s, const OpParams& o) {
    return s.sort_by(kMember, sort_order(o), o.shuffle());
  }
  static Slices<Reading> run(const Slices<Reading>& in, const OpParams& o, const Settings& st) {
    const auto key = [](const Reading& r) { return r.*kMember; };
    return without_empty<Reading>({sorted_by(end_to_end(in), key, descending(o), st)});
  }
};

// ---- the first of them ----

/// An order of records by SortKey.
struct KeyLess {
  SortKey key;
  template <class A>
  bool operator()(const A& a, const A& b) const {
    return key(a) < key(b);
  }
};

template <class H>
Slices<H> first_of(std::vector<H> all, std::size_t n) {
  if (all.size() > n) all.resize(n);
  return without_empty<H>({std::move(all)});
}
inline std::size_t top_count(const OpParams& o) { return o.p / 4 % 40; }

template <class T>
struct TopOp {
  static constexpr std::string_view kName = "top, take_ordered (less)";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    const auto n = static_cast<std::int64_t>(top_count(o));
    return descending(o) ? s.top(n, KeyLess{{o}}) : s.take_ordered(n, KeyLess{{o}});
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto key = [&](const H& r) { return SortKey{o}(seen<T>(r)); };
    return first_of(sorted_by(end_to_end(in), key, descending(o), st), top_count(o));
  }
};

/// In the natural order of records, in which NaN is least for top and last for take_ordered.
template <class T>
struct TopNaturalOp {
  static constexpr std::string_view kName = "top, take_ordered";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    const auto n = static_cast<std::int64_t>(top_count(o));
    return descending(o) ? s.top(n) : s.take_ordered(n);
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto key = [](const H& r) { return r; };
    return first_of(sorted_by(end_to_end(in), key, descending(o), st), top_count(o));
  }
};

}  // namespace property
