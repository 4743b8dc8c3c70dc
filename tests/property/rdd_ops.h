#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/rdd.h>

#include "property/join_ops.h"
#include "property/sort_ops.h"
#include "property/transform_ops.h"

/// `transform` with several data sets, with actions, and with data that does not change. What goes
/// in and comes out lies in blocks, so the oracle cuts it into slices again.
namespace property {

/// Both streams' batches, or the first one's alone, as the batch time says.
template <class T, class S, class U>
struct TransformWithOp {
  static constexpr std::string_view kName = "transform_with(map, union)";
  static auto build(const dstream::DStream<T>& a, const dstream::DStream<S>& b, const OpParams& o) {
    return a.transform_with(
        b, [o](const dstream::Rdd<T>& left, const dstream::Rdd<S>& right, dstream::Time time) {
          const auto first = left.map(Make<U>{o});
          return alone(o, time.ns()) ? first : first.union_with(right.map(Make<U>{o}));
        });
  }
  static Slices<U> run(const Slices<Held<T>>& a, const Slices<Held<S>>& b, const OpParams& o,
                       const Settings& st) {
    const auto made = [&](const auto& r, auto& out) { out.push_back(Make<U>{o}(r)); };
    const Slices<U> first = each<U>(a, made);
    return alone(o, st.batch_time_ns) ? first : unite(first, each<U>(b, made));
  }

 private:
  static bool alone(const OpParams& o, std::int64_t time_ns) {
    return batch_word(o, time_ns) % 2 == 0;
  }
};

/// Three data sets, two of which are of one stream, joined.
template <class T, class S, class U>
struct TransformJoinOp {
  static constexpr std::string_view kName = "transform(a, b, a; count, full_outer_join)";
  using A = Pairs<TextCount>;
  using B = ByKey<S, TextKey>;
  static auto build(const dstream::DStream<T>& a, const dstream::DStream<S>& b, const OpParams& o) {
    return o.context->transform(
        std::tie(a, b, a), [o](const dstream::Rdd<T>& left, const dstream::Rdd<S>& right,
                               const dstream::Rdd<T>& same) {
          const auto counts = left.union_with(same).key_by(TextKey{o}).count(3);
          return counts.full_outer_join(right.key_by(TextKey{o}), 5).map(Make<U>{o});
        });
  }
  static Slices<U> run(const Slices<Held<T>>& a, const Slices<Held<S>>& b, const OpParams& o,
                       const Settings& st) {
    const auto key = [&](const Held<T>& r) { return TextKey{o}(seen<T>(r)); };
    const auto counts = count_by_key<std::string>(unite(a, a), key, Placement{3}, st);
    return cut(run_to<U>(for_each_place<Joined<Join::full, std::string, Int, Held<S>>>(
                             entries_of<A>(counts, o), entries_of<B>(b, o), Placement{5}, st,
                             [&](const auto& left, const auto& right) {
                               return join_place<Join::full>(left, right, st);
                             }),
                         o),
               st);
  }
};

/// A join with a table that does not change.
template <Join kJoin, class T, class U>
struct StaticJoinOp {
  static constexpr std::string_view kName = "join with a static table";
  using Row = std::pair<typename Held<T>::first_type, Int>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    const auto table = o.context->parallelize(rows(o), o.p % 5);
    return in_partitions(o, [&](auto n) { return build_join<kJoin>(s, table, n); }).map(Make<U>{o});
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    using R = Joined<kJoin, typename Held<T>::first_type, typename Held<T>::second_type, Int>;
    const auto joined = for_each_place<R>(
        entries_of<Pairs<T>>(in, o), rows(o), o.placement(), st,
        [&](const auto& left, const auto& right) { return join_place<kJoin>(left, right, st); });
    return run_to<U>(cut(joined, st), o);
  }

 private:
  /// Some keys that occur, few of them twice.
  static std::vector<Row> rows(const OpParams& o) {
    std::vector<Row> table;
    for (std::uint64_t i = 0; i < 40; ++i) {
      table.push_back({make<typename Row::first_type>(i + o.p % 97), static_cast<Int>(i)});
    }
    return table;
  }
};

/// What every action says of a batch goes into its records.
template <class T, class U>
struct ActionsOp {
  static constexpr std::string_view kName = "transform(actions)";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.transform([o](const dstream::Rdd<T>& rdd) {
      const auto kept = rdd.filter(Keep{o}).cache();
      std::uint64_t w = word(Int{kept.count()});
      w = mix(w ^ word(kept.collect()));
      w = mix(w ^ word(kept.take(3)));
      w = mix(w ^ word(kept.first()));
      w = mix(w ^ (kept.is_empty() ? 1 : 0));
      w = mix(w ^ word(kept.reduce(Combine{o})));
      w = mix(w ^ word(kept.top(4, KeyLess{{o}})));
      w = mix(w ^ word(kept.take_ordered(4, KeyLess{{o}})));
      w = mix(w ^ as_bits(kept.aggregate(Int{0}, Chain{o}, Chain{o})));
      OpParams with = o;
      with.p ^= w << 8;
      return kept.map(Make<U>{with});
    });
  }
  static Slices<U> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto kept = keep_if(
        cut(in, st), [&](const H& r) { return Keep{o}(seen<T>(r)); }, st);
    const std::vector<H> all = end_to_end(kept);
    const auto head = [&](const std::vector<H>& list, std::size_t n) {
      return std::vector<H>(list.begin(),
                            list.begin() + static_cast<std::ptrdiff_t>(std::min(n, list.size())));
    };
    const auto key = [&](const H& r) { return SortKey{o}(seen<T>(r)); };
    const std::vector<H> folded = end_to_end(fold_batch(kept, Combine{o}, st));
    std::uint64_t w = word(static_cast<Int>(all.size()));
    w = mix(w ^ word(all));
    w = mix(w ^ word(head(all, 3)));
    w = mix(w ^ word(all.empty() ? std::nullopt : std::optional(all.front())));
    w = mix(w ^ (all.empty() ? 1 : 0));
    w = mix(w ^ word(folded.empty() ? std::nullopt : std::optional(folded.front())));
    w = mix(w ^ word(head(sorted_by(all, key, true, st), 4)));
    w = mix(w ^ word(head(sorted_by(all, key, false, st), 4)));
    w = mix(w ^ as_bits(chained(kept, o)));
    OpParams with = o;
    with.p ^= w << 8;
    return run_to_made(cut(kept, st), with);
  }

 private:
  static std::uint64_t as_bits(Int value) { return static_cast<std::uint64_t>(value); }
  /// Folds so that the order and the slices show; 0 changes nothing.
  struct Chain {
    OpParams o;
    template <class A>
    Int operator()(Int folded, const A& record) const {
      return static_cast<Int>(as_bits(folded) * 31 + as_bits(number_of(record)));
    }
    static Int number_of(Int value) { return value; }
    template <class A>
    static Int number_of(const A& record) {
      return static_cast<Int>(word(record));
    }
  };
  static Int chained(const Slices<H>& slices, const OpParams& o) {
    Int total = 0;
    for (const auto& slice : slices) {
      Int folded = 0;
      for (const H& record : slice) folded = Chain{o}(folded, record);
      total = total == 0 ? folded : Chain{o}(total, folded);
    }
    return total;
  }
  static Slices<U> run_to_made(const Slices<H>& in, const OpParams& o) {
    return each<U>(in, [&](const H& r, auto& out) { out.push_back(Make<U>{o}(r)); });
  }
};

/// A stream that is kept: nothing changes.
template <class T>
struct PersistOp {
  static constexpr std::string_view kName = "persist.filter";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return (o.p % 2 == 0 ? s.persist() : s.cache()).filter(Keep{o});
  }
  static Slices<Held<T>> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    return FilterOp<T>::run(in, o, st);
  }
};

}  // namespace property
