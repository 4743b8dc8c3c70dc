#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/aggregates.h>

#include "property/by_key.h"

/// Aggregates of batches and of keys, several at a time. Sums of doubles show where slices end.
namespace property {

struct AsInt {
  OpParams o;
  template <class A>
  Int operator()(const A& record) const {
    o.point(word(record));
    return static_cast<Int>(word(record) % 2001) - 1000;
  }
};
struct AsReal {
  OpParams o;
  template <class A>
  double operator()(const A& record) const {
    o.point(word(record) + 1);
    return make_real(word(record));
  }
};
/// A few numbers, NaN and both zeros among them.
struct AsFewReals {
  OpParams o;
  template <class A>
  double operator()(const A& record) const {
    const std::uint64_t w = word(record) % 64;
    return w % 7 == 0 ? std::numeric_limits<double>::quiet_NaN() : make_real(w);
  }
};
struct AsText {
  OpParams o;
  template <class A>
  std::string operator()(const A& record) const {
    return make_text(word(record) % 50);
  }
};

/// What the oracle gathers of some records of H.
template <class T>
struct Figures {
  using H = Held<T>;
  std::vector<H> records;
  double sum = 0;

  void add(const H& record, const OpParams& o) {
    records.push_back(record);
    sum += AsReal{o}(seen<T>(record));
  }
  void merge(const Figures& later) {
    records.insert(records.end(), later.records.begin(), later.records.end());
    sum += later.sum;
  }

  double mean(const OpParams& o) const {
    Int total = 0;
    for (const H& record : records) total += AsInt{o}(seen<T>(record));
    return static_cast<double>(total) / static_cast<double>(records.size());
  }
  /// The first of the least; NaN if there is nothing else.
  double least(const OpParams& o) const {
    double best = std::numeric_limits<double>::quiet_NaN();
    for (const H& record : records) {
      const double value = AsFewReals{o}(seen<T>(record));
      if (std::isnan(best) || value < best) best = value;
    }
    return best;
  }
  std::vector<H> greatest_three(const OpParams& o) const {
    std::vector<H> sorted = records;
    std::stable_sort(sorted.begin(), sorted.end(), [&](const H& a, const H& b) {
      return AsInt{o}(seen<T>(b)) < AsInt{o}(seen<T>(a));
    });
    if (sorted.size() > 3) sorted.resize(3);
    return sorted;
  }
  Int different(const OpParams& o) const {
    std::set<std::string> values;
    for (const H& record : records) values.insert(AsText{o}(seen<T>(record)));
    return static_cast<Int>(values.size());
  }
  std::optional<std::string> last_kept(const OpParams& o) const {
    std::optional<std::string> last;
    for (const H& record : records) {
      if (Keep{o}(seen<T>(record))) last = AsText{o}(seen<T>(record));
    }
    return last;
  }
  std::vector<Int> numbers(const OpParams& o) const {
    std::vector<Int> all;
    for (const H& record : records) all.push_back(AsInt{o}(seen<T>(record)));
    return all;
  }
};

/// Calls f with the aggregates whose results Figures has.
template <class F>
auto with_aggregates(const OpParams& o, const F& f) {
  return f(dstream::count(), dstream::mean(AsInt{o}), dstream::sum(AsReal{o}),
           dstream::min(AsFewReals{o}), dstream::top_k(3, AsInt{o}),
           dstream::distinct_count(AsText{o}), dstream::filtered(Keep{o}, dstream::last(AsText{o})),
           dstream::collect(AsInt{o}));
}

template <class T, class U>
struct AggregateOp {
  static constexpr std::string_view kName = "aggregate";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return with_aggregates(o, [&](auto... a) { return s.aggregate(a...); }).map(Make<U>{o});
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    Figures<T> all;
    for (const auto& slice : for_fold(in, st)) {
      Figures<T> figures;
      for (const auto& record : slice) figures.add(record, o);
      all.merge(figures);
    }
    std::optional<double> mean;
    std::optional<double> least;
    if (!all.records.empty()) {
      mean = all.mean(o);
      least = all.least(o);
    }
    const std::tuple result(static_cast<Int>(all.records.size()), mean, all.sum, least,
                            all.greatest_three(o), all.different(o), all.last_kept(o),
                            all.numbers(o));
    return {{Make<U>{o}(result)}};
  }
};

/// One aggregate, whose result is no tuple.
template <class T, class U>
struct AggregateOneOp {
  static constexpr std::string_view kName = "aggregate(min)";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.aggregate(dstream::min(AsFewReals{o})).map(Make<U>{o});
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    const Figures<T> all{end_to_end(in)};
    const auto least = all.records.empty() ? std::nullopt : std::optional(all.least(o));
    return {{Make<U>{o}(least)}};
  }
};

template <class T, class KeyOf, class U>
struct KeyAggregateOp {
  static constexpr std::string_view kName = "key_by.aggregate";
  using By = ByKey<T, KeyOf>;
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return in_partitions(o,
                         [&](auto n) {
                           return with_aggregates(
                               o, [&](auto... a) { return s.key_by(KeyOf{o}).aggregate(a..., n); });
                         })
        .map(Make<U>{o});
  }
  static Slices<U> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto add = [&](Figures<T> figures, const H& r) {
      figures.add(r, o);
      return figures;
    };
    const auto first = [&](const H& r) { return add({}, r); };
    const auto merge = [](Figures<T> into, const Figures<T>& from) {
      into.merge(from);
      return into;
    };
    const auto key = [&](const H& r) { return By::key(r, o); };
    const auto keys =
        combine_by_key<typename By::Key, Figures<T>>(in, key, first, add, merge, o.placement(), st);
    return each<U>(keys, [&](const auto& entry, auto& out) {
      const Figures<T>& f = entry.second;
      const std::tuple result(static_cast<Int>(f.records.size()), f.mean(o), f.sum, f.least(o),
                              f.greatest_three(o), f.different(o), f.last_kept(o), f.numbers(o));
      out.push_back(Make<U>{o}(std::pair(entry.first, result)));
    });
  }
};

/// Of pairs with integers, which add up beyond 64 bits.
template <class T, class U>
struct AggregateValuesOp {
  static constexpr std::string_view kName = "aggregate_values";
  using By = Pairs<T>;
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return in_partitions(o,
                         [&](auto n) {
                           return s.aggregate_values(dstream::count(), dstream::mean(),
                                                     dstream::max(), dstream::first(), n);
                         })
        .map(Make<U>{o});
  }
  static Slices<U> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    FirstSeen<typename By::Key, std::vector<Int>> keys;
    for (const auto& [key, value] : entries_of<By>(in, o)) {
      keys.add(
          key, value, [](Int v) { return std::vector<Int>{v}; },
          [](std::vector<Int> values, Int v) {
            values.push_back(v);
            return values;
          });
    }
    const auto placed = place_in_partitions(keys.entries, o.placement(), st);
    return each<U>(placed, [&](const auto& entry, auto& out) {
      const std::vector<Int>& values = entry.second;
      __extension__ __int128 total = 0;
      for (const Int v : values) total += v;
      const std::tuple result(static_cast<Int>(values.size()),
                              static_cast<double>(total) / static_cast<double>(values.size()),
                              *std::max_element(values.begin(), values.end()), values.front());
      out.push_back(Make<U>{o}(std::pair(entry.first, result)));
    });
  }
};

}  // namespace property
