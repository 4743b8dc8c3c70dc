#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/keyed.h>
#include <dstream/stream.h>
#include <dstream/text.h>
#include <dstream/through.h>

#include "property/callables.h"
#include "property/element_of.h"
#include "property/operator.h"
#include "property/oracle.h"

/// The operators as templates: `build` calls the engine, `run` is the oracle.
namespace property {

using Settings = OracleSettings;

/// Turns records that are of no type of the graphs (pairs of a key and something) into some U.
template <class U, class T>
auto build_to(const dstream::DStream<T>& s, const OpParams& o) {
  if constexpr (std::is_same_v<U, T>) {
    return s;
  } else {
    return s.map(Make<U>{o});
  }
}
template <class U, class H, class T = H>
Slices<U> run_to(const Slices<H>& in, const OpParams& o) {
  if constexpr (std::is_same_v<U, H>) {
    return in;
  } else {
    return each<U>(in, [&](const H& r, auto& out) { out.push_back(Make<U>{o}(seen<T>(r))); });
  }
}

/// A narrow operator that makes one record of one.
template <class T, class U, class F>
struct MapOp {
  static constexpr std::string_view kName = "map";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) { return s.map(F{o}); }
  static Slices<Held<U>> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    return each<Held<U>>(in, [&](const Held<T>& r, auto& out) {
      if constexpr (std::is_same_v<F, Alter<T>>) {
        out.push_back(F{o}(T(r)));
      } else {
        out.push_back(Held<U>(F{o}(seen<T>(r))));
      }
    });
  }
};

template <class T>
struct SplitOp {
  static constexpr std::string_view kName = "flat_map(split)";
  static auto build(const dstream::DStream<T>& s, const OpParams&) {
    return s.flat_map(dstream::split(' '));
  }
  static Slices<std::string> run(const Slices<std::string>& in, const OpParams&, const Settings&) {
    return each<std::string>(in, [](const std::string& text, auto& out) {
      std::string part;
      for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] != ' ') {
          part += text[i];
        } else if (!part.empty()) {
          out.push_back(std::exchange(part, {}));
        }
      }
    });
  }
};

template <class T, class U>
struct RangeOp {
  static constexpr std::string_view kName = "flat_map(range)";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.flat_map(MakeSome<U>{o});
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    return each<U>(in, [&](const Held<T>& r, auto& out) {
      for (U& u : MakeSome<U>{o}(seen<T>(r))) out.push_back(std::move(u));
    });
  }
};

template <class T, class U>
struct EmitOp {
  static constexpr std::string_view kName = "flat_map(emit)";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.template flat_map<U>(EmitSome<U>{o});
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    return each<U>(in, [&](const Held<T>& r, auto& out) {
      const auto emit = [&](U u) { out.push_back(std::move(u)); };
      EmitSome<U>{o}(seen<T>(r), emit);
    });
  }
};

template <class T>
struct FilterOp {
  static constexpr std::string_view kName = "filter";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) { return s.filter(Keep{o}); }
  static Slices<Held<T>> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    return keep_if(
        in, [&](const Held<T>& r) { return Keep{o}(seen<T>(r)); }, st);
  }
};

template <class T, class U>
struct ThroughOp {
  static constexpr std::string_view kName = "through(filter|map|filter)";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.through(dstream::filter(Keep{o}) | dstream::map(Make<U>{o}) |
                     dstream::filter(Keep{again(o)}));
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    return each<U>(in, [&](const Held<T>& r, auto& out) {
      if (!Keep{o}(seen<T>(r))) return;
      U u = Make<U>{o}(seen<T>(r));
      if (Keep{again(o)}(u)) out.push_back(std::move(u));
    });
  }

 private:
  static OpParams again(OpParams o) {
    o.p = mix(o.p) | 1;
    return o;
  }
};

// ---- by key ----

/// Calls f with what an operator by key is told of its partitions.
template <class F>
auto in_partitions(const OpParams& o, const F& f) {
  if (o.custom()) return f(dstream::partition_by(ByWord{o.partitions}, o.partitions));
  return f(o.shuffle());
}

template <class T, class KeyOf, class U>
struct KeyCountOp {
  static constexpr std::string_view kName = "key_by.count";
  using K = typename KeyOf::Key;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return build_to<U>(in_partitions(o, [&](auto n) { return s.key_by(KeyOf{o}).count(n); }), o);
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    const auto key = [&](const Held<T>& r) { return K(KeyOf{o}(seen<T>(r))); };
    return run_to<U>(count_by_key<K>(in, key, o.placement(), st), o);
  }
};

template <class T, class KeyOf, class U>
struct KeyReduceOp {
  static constexpr std::string_view kName = "key_by.reduce";
  using K = typename KeyOf::Key;
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return build_to<U>(
        in_partitions(o, [&](auto n) { return s.key_by(KeyOf{o}).reduce(Combine{o}, n); }), o);
  }
  static Slices<U> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto key = [&](const H& r) { return K(KeyOf{o}(seen<T>(r))); };
    const auto same = [](const H& r) { return r; };
    const auto folded = fold_by_key<K, H>(in, key, same, Combine{o}, o.placement(), st);
    return run_to<U>(folded, o);
  }
};

template <class T, class KeyOf, class U>
struct KeyPairsOp {
  static constexpr std::string_view kName = "key_by.pairs";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return build_to<U>(s.key_by(KeyOf{o}).pairs(), o);
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings&) {
    return each<U>(in, [&](const Held<T>& r, auto& out) {
      std::pair keyed(KeyOf{o}(seen<T>(r)), seen<T>(r));
      if constexpr (std::is_same_v<U, decltype(keyed)>) {
        out.push_back(std::move(keyed));
      } else {
        out.push_back(Make<U>{o}(keyed));
      }
    });
  }
};

template <class T, class U>
struct CountByValueOp {
  static constexpr std::string_view kName = "count_by_value";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return build_to<U>(in_partitions(o, [&](auto n) { return s.count_by_value(n); }), o);
  }
  static Slices<U> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    const auto key = [](const Held<T>& r) { return r; };
    return run_to<U>(count_by_key<Held<T>>(in, key, o.placement(), st), o);
  }
};

template <class T>
struct ReduceByKeyOp {
  static constexpr std::string_view kName = "reduce_by_key";
  using H = Held<T>;
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return in_partitions(o, [&](auto n) { return s.reduce_by_key(Combine{o}, n); });
  }
  static Slices<H> run(const Slices<H>& in, const OpParams& o, const Settings& st) {
    const auto key = [](const H& r) { return r.first; };
    const auto value = [](const H& r) { return r.second; };
    return fold_by_key<typename H::first_type, typename H::second_type>(in, key, value, Combine{o},
                                                                        o.placement(), st);
  }
};

// ---- whole batches ----

template <class T>
struct ReduceOp {
  static constexpr std::string_view kName = "reduce";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.reduce(Combine{o});
  }
  static Slices<Held<T>> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    return fold_batch(in, Combine{o}, st);
  }
};

template <class T>
struct CountOp {
  static constexpr std::string_view kName = "count";
  static auto build(const dstream::DStream<T>& s, const OpParams&) { return s.count(); }
  static Slices<Int> run(const Slices<Held<T>>& in, const OpParams&, const Settings&) {
    return {{count_records(in)}};
  }
};

}  // namespace property
