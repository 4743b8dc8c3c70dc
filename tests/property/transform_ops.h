#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <dstream/rdd.h>

#include "property/operators_of.h"

/// `transform` with chains of Rdd operators in it. What goes into and comes out of a transform lies
/// in blocks, which are cut into slices again.
namespace property {

inline std::uint64_t batch_word(const OpParams& o, std::int64_t time_ns) {
  return mix(static_cast<std::uint64_t>(time_ns) ^ o.p);
}

/// A chain that depends on the batch time and on an action's result.
template <class T>
struct TransformOp {
  static constexpr std::string_view kName = "transform(count, filter)";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.transform([o](const dstream::Rdd<T>& rdd, dstream::Time time) {
      o.point(batch_word(o, time.ns()));
      const auto kept = rdd.filter(Keep{o});
      return batch_word(o, time.ns() + rdd.count()) % 2 == 0 ? kept : kept.filter(Keep{o});
    });
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    return cut(keep_if(
                   cut(in, st), [&](const H& r) { return Keep{o}(seen<T>(r)); }, st),
               st);
  }
};

/// A chain with a shuffle, of as many partitions as its batch decides.
template <class T>
struct TransformCountOp {
  static constexpr std::string_view kName = "transform(key_by.count.filter)";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.transform([o](const dstream::Rdd<T>& rdd, dstream::Time time) {
      return rdd.key_by(TextKey{o}).count(partitions(o, time.ns())).filter(Keep{o});
    });
  }
  static Slices<TextCount> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    const auto key = [&](const Held<T>& r) { return TextKey{o}(seen<T>(r)); };
    const auto counts =
        count_by_key<std::string>(cut(in, st), key, Placement{partitions(o, st.batch_time_ns)}, st);
    return cut(keep_if(counts, Keep{o}, st), st);
  }

 private:
  static std::uint32_t partitions(const OpParams& o, std::int64_t time_ns) {
    return static_cast<std::uint32_t>(1 + batch_word(o, time_ns) % 20);
  }
};

/// A union and a fold inside; nothing of an empty batch.
template <class T>
struct TransformFoldOp {
  static constexpr std::string_view kName = "transform(union, reduce)";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.transform([o](const dstream::Rdd<T>& rdd) {
      return rdd.union_with(rdd.filter(Keep{o})).lazy().reduce(Combine{orderless(o)});
    });
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto kept = keep_if(
        in, [&](const H& r) { return Keep{o}(seen<T>(r)); }, st);
    return fold_batch(unite(in, kept), Combine{orderless(o)}, st);
  }

 private:
  static OpParams orderless(OpParams o) {
    o.known = Known::content;
    return o;
  }
};

}  // namespace property
