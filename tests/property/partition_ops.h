#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "property/operators_of.h"

/// Operators that see partitions and order, and the oracle's idea of them.
namespace property {

/// Few keys, so that many records have the same.
struct SortKey {
  OpParams o;
  template <class A>
  std::int32_t operator()(const A& record) const {
    o.point(word(record));
    return static_cast<std::int32_t>(word(record) % 50) - 25;
  }
};

/// An order of records by SortKey.
struct KeyLess {
  SortKey key;
  template <class A>
  bool operator()(const A& a, const A& b) const {
    return key(a) < key(b);
  }
};

template <class T>
std::vector<T> end_to_end(const Slices<T>& slices) {
  std::vector<T> all;
  for (const auto& slice : slices) all.insert(all.end(), slice.begin(), slice.end());
  return all;
}

template <class T>
Slices<T> without_empty(Slices<T> slices) {
  std::erase_if(slices, [](const auto& slice) { return slice.empty(); });
  return slices;
}

template <class T>
struct RepartitionOp {
  static constexpr std::string_view kName = "repartition";
  static std::uint32_t count(const OpParams& o) { return static_cast<std::uint32_t>(o.p % 9) + 1; }
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.repartition(count(o));
  }
  static Slices<Held<T>> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    Slices<Held<T>> dealt(count(o));
    std::size_t next = 0;
    for (const auto& record : end_to_end(in)) dealt[next++ % dealt.size()].push_back(record);
    return without_empty(std::move(dealt));
  }
};

template <class T, class U>
struct ZipWithIndexOp {
  static constexpr std::string_view kName = "zip_with_index";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.zip_with_index().map([o](const std::pair<T, std::int64_t>& numbered) {
      return Make<U>{o}(
          std::pair(static_cast<Int>(word(numbered.first)), Int{numbered.second}));
    });
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    const std::size_t total = end_to_end(in).size();
    Slices<U> partitions(st.default_partitions);
    std::int64_t next = 0;
    for (const auto& slice : in) {
      auto& to = partitions[static_cast<std::size_t>(next) * st.default_partitions / total];
      for (const auto& record : slice) {
        to.push_back(Make<U>{o}(std::pair(static_cast<Int>(word(seen<T>(record))), next++)));
      }
    }
    return without_empty(std::move(partitions));
  }
};

template <class T>
struct TopOp {
  static constexpr std::string_view kName = "top";
  static std::int64_t count(const OpParams& o) { return static_cast<std::int64_t>(o.p % 40); }
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.top(count(o), KeyLess{{o}});
  }
  static Slices<Held<T>> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    auto all = end_to_end(in);
    std::stable_sort(all.begin(), all.end(), [&](const Held<T>& a, const Held<T>& b) {
      return KeyLess{{o}}(seen<T>(b), seen<T>(a));
    });
    if (all.size() > static_cast<std::size_t>(count(o))) {
      all.erase(all.begin() + count(o), all.end());
    }
    return without_empty(Slices<Held<T>>{std::move(all)});
  }
};

/// Where the ranges are cut is the engine's affair.
template <class T>
struct SortOp {
  static constexpr std::string_view kName = "sort_by";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.sort_by(SortKey{o}, o.p % 2 == 0 ? dstream::SortOrder::ascending
                                              : dstream::SortOrder::descending,
                     o.shuffle());
  }
  static Slices<Held<T>> run(const Slices<Held<T>>& in, const OpParams&, const Settings&) {
    return in;
  }
};

}  // namespace property
