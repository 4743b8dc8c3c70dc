#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "property/by_key.h"
#include "property/registry.h"

/// The joins of two streams, and the oracle's idea of them.
namespace property {

enum class Join : std::uint8_t { inner, left, right, full };
constexpr bool keeps_left(Join join) { return join == Join::left || join == Join::full; }
constexpr bool keeps_right(Join join) { return join == Join::right || join == Join::full; }

template <Join kJoin, class K, class V, class W>
using Joined = std::pair<K, std::pair<std::conditional_t<keeps_right(kJoin), std::optional<V>, V>,
                                      std::conditional_t<keeps_left(kJoin), std::optional<W>, W>>>;

/// Joins what went to one place: the left records in order, each with its matches in order; then
/// the right ones without a match.
template <Join kJoin, class K, class V, class W>
std::vector<Joined<kJoin, K, V, W>> join_place(const std::vector<std::pair<K, V>>& left,
                                               const std::vector<std::pair<K, W>>& right,
                                               const OracleSettings& settings) {
  const bool drops = settings.mistake == Mistake::join_drops_unmatched;
  std::map<std::string, std::vector<std::size_t>> matches;
  for (std::size_t i = 0; i < right.size(); ++i) matches[key_bytes(right[i].first)].push_back(i);
  std::vector<bool> matched(right.size());
  std::vector<Joined<kJoin, K, V, W>> result;
  for (const auto& [key, value] : left) {
    const auto found = matches.find(key_bytes(key));
    if (found != matches.end()) {
      for (const std::size_t i : found->second) {
        matched[i] = true;
        result.push_back({key, {value, right[i].second}});
      }
    } else if constexpr (keeps_left(kJoin)) {
      if (!drops) result.push_back({key, {value, std::nullopt}});
    }
  }
  if constexpr (keeps_right(kJoin)) {
    for (std::size_t i = 0; i < right.size(); ++i) {
      if (matched[i] || drops) continue;
      result.push_back({right[i].first, {std::nullopt, right[i].second}});
    }
  }
  return result;
}

/// `place(left entries, right entries)` for every place that has any; one slice per partition.
template <class R, class K, class V, class W, class F>
Slices<R> for_each_place(const std::vector<std::pair<K, V>>& left,
                         const std::vector<std::pair<K, W>>& right, const Placement& placement,
                         const OracleSettings& settings, const F& place) {
  const auto left_places = by_place(left, placement, settings);
  const auto right_places = by_place(right, placement, settings);
  auto all = right_places;
  for (const auto& [at, entries] : left_places) all[at];
  Slices<R> result(placement.count(settings));
  const auto at_or_none = [](const auto& places, const auto& at) {
    const auto found = places.find(at);
    using Entries = std::decay_t<decltype(found->second)>;
    return found == places.end() ? Entries() : found->second;
  };
  for (const auto& [at, entries] : all) {
    for (R& r : place(at_or_none(left_places, at), at_or_none(right_places, at))) {
      result[at.first].push_back(std::move(r));
    }
  }
  return without_empty(std::move(result));
}

template <Join kJoin, class A, class B, class P>
auto build_join(const A& a, const B& b, const P& partitions) {
  // clang-format off
  if constexpr (kJoin == Join::inner) return a.join(b, partitions);
  else if constexpr (kJoin == Join::left) return a.left_outer_join(b, partitions);
  else if constexpr (kJoin == Join::right) return a.right_outer_join(b, partitions);
  else return a.full_outer_join(b, partitions);
  // clang-format on
}

/// Joins A and B (see by_key.h); the result as records of U.
template <Join kJoin, class A, class B, class U>
struct JoinOp {
  static constexpr std::string_view kNames[] = {"join", "left_outer_join", "right_outer_join",
                                                "full_outer_join"};
  static constexpr std::string_view kName = kNames[static_cast<std::size_t>(kJoin)];
  using TA = typename A::Record;
  using TB = typename B::Record;
  using R = Joined<kJoin, typename A::Key, typename A::Value, typename B::Value>;

  static auto build(const dstream::DStream<TA>& a, const dstream::DStream<TB>& b,
                    const OpParams& o) {
    return build_to<U>(
        in_partitions(o,
                      [&](auto n) { return build_join<kJoin>(A::keyed(a, o), B::keyed(b, o), n); }),
        o);
  }
  static Slices<U> run(const Slices<Held<TA>>& a, const Slices<Held<TB>>& b, const OpParams& o,
                       const Settings& st) {
    return run_to<U>(joined(a, b, o, st), o);
  }
  static Slices<R> joined(const Slices<Held<TA>>& a, const Slices<Held<TB>>& b, const OpParams& o,
                          const Settings& st) {
    return for_each_place<R>(
        entries_of<A>(a, o), entries_of<B>(b, o), o.placement(), st,
        [&](const auto& left, const auto& right) { return join_place<kJoin>(left, right, st); });
  }
};

template <Join kJoin, class A, class B, class U>
Operator join() {
  return binary<JoinOp<kJoin, A, B, U>, typename A::Record, typename B::Record>(product());
}

}  // namespace property
