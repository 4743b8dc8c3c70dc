#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/task_context.h>
#include <dstream/union_all.h>

#include "property/operators_of.h"

/// Operators whose functions see whole partitions, samples, and unions of several streams.
namespace property {

/// The records of a partition from last to first, and one that depends on all of them. Nothing of
/// an empty one: the oracle has none.
template <class U>
struct Backwards {
  OpParams o;
  template <class H>
  std::vector<U> operator()(std::span<const H> records) const {
    std::vector<U> results;
    std::uint64_t all = 0;
    for (std::size_t i = records.size(); i-- > 0;) {
      all = mix(all ^ word(records[i]));
      results.push_back(Make<U>{o}(records[i]));
    }
    if (!records.empty()) results.push_back(make<U>(all));
    return results;
  }
};

/// The same with the batch time in it, one by one.
template <class U>
struct EmitBackwards {
  OpParams o;
  template <class H, class Emit>
  void operator()(std::span<const H> records, const dstream::TaskContext& context,
                  Emit& emit) const {
    for (U& u : Backwards<U>{o}(records)) emit(std::move(u));
    const auto time = static_cast<std::uint64_t>(context.batch_time.ns());
    if (!records.empty()) emit(make<U>(mix(time ^ o.p)));
  }
};

template <class T, class U>
struct MapPartitionsOp {
  static constexpr std::string_view kName = "map_partitions";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.map_partitions([o](std::span<const H> records) { return Backwards<U>{o}(records); });
  }
  static Slices<U> run(const Slices<H>& in, const OpParams& o, const Settings&) {
    Slices<U> results;
    for (const auto& slice : in) results.push_back(Backwards<U>{o}(std::span<const H>(slice)));
    return results;
  }
};

template <class T, class U>
struct EmitPartitionsOp {
  static constexpr std::string_view kName = "map_partitions(emit)";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.template map_partitions<U>(
        [o](std::span<const H> records, const dstream::TaskContext& context, auto& emit) {
          EmitBackwards<U>{o}(records, context, emit);
        });
  }
  static Slices<U> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    dstream::TaskContext context;
    context.batch_time = dstream::Time(st.batch_time_ns);
    Slices<U> results;
    for (const auto& slice : in) {
      results.emplace_back();
      const auto emit = [&](U u) { results.back().push_back(std::move(u)); };
      EmitBackwards<U>{o}(std::span<const H>(slice), context, emit);
    }
    return results;
  }
};

/// Partitions as vectors, and these as records again.
template <class T>
struct GlomOp {
  static constexpr std::string_view kName = "glom.flat_map";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.glom().flat_map([o](const std::vector<H>& records) {
      o.point(records.size());
      return ends_of(records);
    });
  }
  static Slices<H> run(const Slices<H>& in, const OpParams&, const Settings&) {
    Slices<H> results;
    for (const auto& slice : in) results.push_back(ends_of(slice));
    return results;
  }

 private:
  static std::vector<H> ends_of(const std::vector<H>& records) {
    if (records.empty()) return {};
    return {records.back(), records.front()};
  }
};

// ---- samples ----

inline double fraction_of(const OpParams& o) {
  static constexpr double kFractions[] = {0, 0.1, 0.5, 1};
  return kFractions[o.p % 4];
}

/// The oracle does not know what is drawn; every run must draw the same.
template <class T, bool kReplace>
struct SampleOp {
  static constexpr std::string_view kName = kReplace ? "sample_with_replacement" : "sample";
  static dstream::DStream<T> build(const dstream::DStream<T>& s, const OpParams& o) {
    if constexpr (kReplace) return s.sample_with_replacement(2 * fraction_of(o), o.p);
    return s.sample(fraction_of(o), o.p);
  }
  static Slices<Held<T>> run(const Slices<Held<T>>& in, const OpParams&, const Settings&) {
    return in;
  }
};

/// The records if a sample of them is one, in their order; else none.
template <class T, bool kReplace>
struct SampleAuditOp {
  static constexpr std::string_view kName =
      kReplace ? "audit(sample_with_replacement)" : "audit(sample)";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.transform_with(SampleOp<T, kReplace>::build(s, o),
                            [o](const dstream::Rdd<T>& all, const dstream::Rdd<T>& drawn) {
                              const bool good = is_sample(all.collect(), drawn.collect(), o);
                              return all.filter([good](const T&) { return good; });
                            });
  }
  static Slices<H> run(const Slices<H>& in, const OpParams&, const Settings& st) {
    return cut(cut(in, st), st);
  }

 private:
  static bool is_sample(const std::vector<H>& all, const std::vector<H>& drawn, const OpParams& o) {
    std::size_t at = 0;
    for (const H& record : drawn) {
      while (at < all.size() && exact_bytes(all[at]) != exact_bytes(record)) ++at;
      if (at == all.size()) return false;
      if (!kReplace) ++at;
    }
    if (fraction_of(o) == 0) return drawn.empty();
    return kReplace || fraction_of(o) != 1 || drawn.size() == all.size();
  }
};

// ---- unions ----

/// Four parents, two of which are one stream.
template <class T>
struct UnionAllOp {
  static constexpr std::string_view kName = "union_all(a, b, a, map of b)";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& a, const dstream::DStream<T>& b, const OpParams& o) {
    return dstream::union_all({a, b, a, b.filter(Keep{o})});
  }
  static Slices<H> run(const Slices<H>& a, const Slices<H>& b, const OpParams& o,
                       const Settings& st) {
    const auto kept = keep_if(
        b, [&](const H& r) { return Keep{o}(seen<T>(r)); }, st);
    return unite(unite(a, b), unite(a, kept));
  }
};

}  // namespace property
