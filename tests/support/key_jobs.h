#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/detail/combine_slice.h>

#include "support/jobs.h"

/// Data and plain-loop oracles for the tests of operators by key.
namespace key_jobs {

template <class K, class V>
using Pairs = std::vector<std::pair<K, V>>;
/// A batch: per block its records.
template <class T>
using Blocks = std::vector<std::vector<T>>;

/// A key that is neither text nor a number.
struct Compound {
  std::int32_t number = 0;
  std::string name;
  auto operator<=>(const Compound&) const = default;
};

/// The i-th of many different keys: text with NULs, invalid UTF-8, short and long; far numbers.
template <class K>
K key(int i) {
  if constexpr (std::is_same_v<K, std::string>) {
    if (i == 0) return {};
    const std::string number = std::to_string(i);
    switch (i % 4) {
      case 0:
        return std::string("\0", 1) + number;
      case 1:
        return "\xff\xc0\xfe" + number;
      case 2:
        return "a key that is longer than what lies inline " + number;
      default:
        return number;
    }
  } else if constexpr (std::is_same_v<K, Compound>) {
    return {i / 2, i % 2 == 0 ? "even" : "odd, and so long that it lies on the heap"};
  } else {
    return static_cast<K>(i) * (i % 3 == 0 ? 1 : 1'000'003);
  }
}

template <class T>
std::vector<T> flat(const Blocks<T>& blocks) {
  std::vector<T> all;
  for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

/// A value that tells where it comes from.
inline std::string value(char side, std::size_t i) {
  return side + std::to_string(i) + (i % 2 == 0 ? " in a string too long to lie inline" : "");
}

/// Records with these keys, cut into `blocks` blocks.
template <class K>
Blocks<std::pair<K, std::string>> records(char side, const std::vector<int>& keys,
                                          std::size_t blocks = 3) {
  Blocks<std::pair<K, std::string>> result(blocks);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    result[i * blocks / keys.size()].emplace_back(key<K>(keys[i]), value(side, i));
  }
  return result;
}

inline std::vector<int> random_keys(unsigned seed, int count, int keys) {
  std::mt19937 random(seed);
  std::vector<int> result;
  for (int i = 0; i < count; ++i) {
    result.push_back(static_cast<int>(random() % static_cast<unsigned>(keys)));
  }
  return result;
}

/// The keys of both sides of a batch.
struct Case {
  const char* name;
  std::vector<int> left;
  std::vector<int> right;
};

inline std::vector<Case> cases() {
  std::vector<int> skewed(600, 5);
  for (int i = 0; i < 40; ++i) skewed[static_cast<std::size_t>(i) * 13] = i;
  return {
      {"both empty", {}, {}},
      {"one key on both sides", {1}, {1}},
      {"the left side empty", {}, {1, 2, 3, 2, 1}},
      {"the right side empty", {1, 2, 3, 2, 1}, {}},
      {"no key in common", {0, 2, 4, 6, 2}, {1, 3, 5, 7, 3}},
      {"duplicates on both sides", {1, 2, 1, 2, 1, 3}, {2, 1, 4, 2, 1, 2}},
      {"one key has nearly all records", skewed, {5, 7, 5, 5, 99}},
      {"few keys", random_keys(1, 300, 20), random_keys(2, 200, 25)},
      {"empty again", {}, {}},
      {"nearly every record a key of its own", jobs::numbers(0, 3000), jobs::numbers(1500, 2500)},
      {"many keys", random_keys(3, 2000, 900), random_keys(4, 1500, 900)},
  };
}

/// The key group of a key that goes where its hash wants it.
template <class K>
std::uint32_t group_of(const K& k) {
  return dstream::key_group(dstream::hash_of(k, dstream::kDefaultHashSeed));
}
/// The key group of a key that partition_by() sent to `partition`.
template <class K>
std::uint32_t group_in(const K& k, std::uint32_t partition, std::uint32_t partitions) {
  const std::uint32_t first = dstream::detail::first_group_of(partition, partitions);
  const std::uint32_t end = dstream::detail::first_group_of(partition + 1, partitions);
  return first + group_of(k) * (end - first) / dstream::kKeyGroups;
}

/// The keys of the records as first seen, each with its records' values.
template <class K, class V>
std::vector<std::pair<K, std::vector<V>>> grouped(const Pairs<K, V>& records) {
  std::map<K, std::size_t> places;
  std::vector<std::pair<K, std::vector<V>>> groups;
  for (const auto& [k, v] : records) {
    const auto [at, isnew] = places.emplace(k, groups.size());
    if (isnew) groups.push_back({k, {}});
    groups[at->second].second.push_back(v);
  }
  return groups;
}

/// Puts results in the order of their keys' groups, as they are within a group.
template <class T, class Group>
std::vector<T> by_group(std::vector<T> results, const Group& group) {
  std::stable_sort(results.begin(), results.end(),
                   [&](const T& a, const T& b) { return group(a.first) < group(b.first); });
  return results;
}

template <class K, class V, class W, class Group>
auto cogrouped(const Pairs<K, V>& left, const Pairs<K, W>& right, const Group& group) {
  std::vector<std::pair<K, std::pair<std::vector<V>, std::vector<W>>>> results;
  const auto left_groups = grouped(left);
  const auto right_groups = grouped(right);
  std::map<K, std::vector<W>> others(right_groups.begin(), right_groups.end());
  std::set<K> seen;
  for (const auto& [k, values] : left_groups) {
    const auto other = others.find(k);
    results.push_back({k, {values, other == others.end() ? std::vector<W>() : other->second}});
    seen.insert(k);
  }
  for (const auto& [k, values] : right_groups) {
    if (!seen.contains(k)) results.push_back({k, {{}, values}});
  }
  return by_group(std::move(results), group);
}

template <class K>
using JoinedRows =
    std::vector<std::pair<K, std::pair<std::optional<std::string>, std::optional<std::string>>>>;

/// Every pair of records by two loops; the sides that are kept as in an outer join.
template <class K, class Group>
JoinedRows<K> joined(const Pairs<K, std::string>& left, const Pairs<K, std::string>& right,
                     bool keep_left, bool keep_right, const Group& group) {
  JoinedRows<K> results;
  std::multimap<K, std::string> rights(right.begin(), right.end());  // equal keys stay in order
  std::set<K> lefts;
  for (const auto& [k, v] : left) {
    lefts.insert(k);
    const auto [begin, end] = rights.equal_range(k);
    for (auto match = begin; match != end; ++match) results.push_back({k, {v, match->second}});
    if (begin == end && keep_left) results.push_back({k, {v, std::nullopt}});
  }
  for (const auto& [k, w] : right) {
    if (keep_right && !lefts.contains(k)) results.push_back({k, {std::nullopt, w}});
  }
  return by_group(std::move(results), group);
}

/// Slices of a few records on either runner.
inline std::vector<dstream::Options> runners() {
  std::vector<dstream::Options> all = {jobs::by_hand(), jobs::on_executors(1, 2),
                                       jobs::on_executors(2, 2)};
  all[0].slice_records = 64 << 10;
  all[1].slice_records = 7;
  all[2].slice_records = 100;
  return all;
}

/// Throws at every `nth` call, from whatever thread, forty times in all: tasks fail now and then,
/// and are repeated.
class Hazard {
 public:
  explicit Hazard(std::uint32_t nth) : nth_(nth) {}
  void operator()() const {
    if (nth_ == 0) return;
    const std::uint32_t call = ++*calls_;
    if (call % nth_ == 0 && call / nth_ <= 40) throw std::runtime_error("now and then");
  }
  std::uint32_t calls() const { return *calls_; }

 private:
  std::uint32_t nth_;
  std::shared_ptr<std::atomic<std::uint32_t>> calls_ =
      std::make_shared<std::atomic<std::uint32_t>>(0);
};

}  // namespace key_jobs
