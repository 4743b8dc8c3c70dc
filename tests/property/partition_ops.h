#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "property/operators_of.h"

/// Operators that see partitions and order, and the oracle's idea of them.
namespace property {

template <class T>
struct RepartitionOp {
  static constexpr std::string_view kName = "repartition";
  static std::uint32_t count(const OpParams& o) { return static_cast<std::uint32_t>(o.p % 9) + 1; }
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.repartition(count(o));
  }
  static Slices<Held<T>> run(const Slices<Held<T>>& in, const OpParams& o, const Settings& st) {
    Slices<Held<T>> dealt(count(o));
    std::size_t next = 0;
    for (const auto& record : end_to_end(in)) dealt[next++ % dealt.size()].push_back(record);
    if (st.mistake == Mistake::repartition_loses && next != 0) {
      dealt[(next - 1) % dealt.size()].pop_back();
    }
    return without_empty(std::move(dealt));
  }
};

template <class T, class U>
struct ZipWithIndexOp {
  static constexpr std::string_view kName = "zip_with_index";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return s.zip_with_index().map([o](const std::pair<T, std::int64_t>& numbered) {
      return Make<U>{o}(std::pair(static_cast<Int>(word(numbered.first)), Int{numbered.second}));
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

}  // namespace property
