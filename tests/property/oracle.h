#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <dstream/hash_of.h>

#include "property/values.h"

/// What every operator means, in plain loops over vectors, one batch at a time. Nothing of the
/// engine takes part but hash_of(), which has test vectors of its own: the order of a shuffle's
/// result is defined by it.
namespace property {

/// A mistake that the oracle makes on purpose, to prove that the comparison finds it.
enum class Mistake : std::uint8_t {
  none,
  filter_drops_last,  ///< filter forgets the last record of a slice
  fold_backwards,     ///< a slice is folded from its last record
  merge_backwards,    ///< the slices' values are merged from the last slice
  ignore_slices,      ///< a fold takes the batch for one slice
  count_one_less,     ///< a key that occurs three times or more is counted once less
  groups_unordered,   ///< a shuffle's result is ordered by first appearance alone
  combine_always,     ///< a slice combines even where it does not pay
};

struct OracleSettings {
  std::size_t slice_records = 1;
  std::uint32_t default_partitions = 16;
  std::uint64_t hash_seed = 0;
  std::int64_t batch_time_ns = 0;
  Mistake mistake = Mistake::none;
};

/// A batch of a stream: its slices in order, none of them empty.
template <class T>
using Slices = std::vector<std::vector<T>>;

/// Cuts each block after every `slice_records` records.
template <class T>
Slices<T> cut(const Slices<T>& blocks, const OracleSettings& settings) {
  Slices<T> slices;
  for (const std::vector<T>& block : blocks) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (i % settings.slice_records == 0) slices.emplace_back();
      slices.back().push_back(block[i]);
    }
  }
  return slices;
}

/// A narrow operator: `f(record, results)` appends what the record becomes.
template <class U, class T, class F>
Slices<U> each(const Slices<T>& input, const F& f) {
  Slices<U> output;
  for (const std::vector<T>& slice : input) {
    std::vector<U> results;
    for (const T& record : slice) f(record, results);
    if (!results.empty()) output.push_back(std::move(results));
  }
  return output;
}

template <class T, class F>
Slices<T> keep_if(const Slices<T>& input, const F& f, const OracleSettings& settings) {
  Slices<T> output;
  for (const std::vector<T>& slice : input) {
    std::vector<T> kept;
    for (const T& record : slice) {
      if (f(record)) kept.push_back(record);
    }
    if (settings.mistake == Mistake::filter_drops_last && !kept.empty()) kept.pop_back();
    if (!kept.empty()) output.push_back(std::move(kept));
  }
  return output;
}

template <class T>
Slices<T> join(const Slices<T>& a, const Slices<T>& b) {
  Slices<T> both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

template <class T>
std::int64_t count_records(const Slices<T>& input) {
  std::size_t count = 0;
  for (const std::vector<T>& slice : input) count += slice.size();
  return static_cast<std::int64_t>(count);
}

/// The input as a fold takes it; wrong where a mistake is wanted.
template <class T>
Slices<T> for_fold(const Slices<T>& input, const OracleSettings& settings) {
  Slices<T> slices = input;
  if (settings.mistake == Mistake::ignore_slices && !input.empty()) {
    slices.assign(1, {});
    for (const auto& slice : input) slices[0].insert(slices[0].end(), slice.begin(), slice.end());
  }
  if (settings.mistake == Mistake::fold_backwards) {
    for (auto& slice : slices) slice.assign(slice.rbegin(), slice.rend());
  }
  if (settings.mistake == Mistake::merge_backwards) slices.assign(slices.rbegin(), slices.rend());
  return slices;
}

/// Folds every slice from its first record, then the slices' values from the first slice.
template <class T, class F>
Slices<T> fold_batch(const Slices<T>& input, const F& f, const OracleSettings& settings) {
  std::optional<T> result;
  for (const std::vector<T>& slice : for_fold(input, settings)) {
    T folded = slice.front();
    for (std::size_t i = 1; i < slice.size(); ++i) folded = f(folded, slice[i]);
    result = result ? f(*result, folded) : folded;
  }
  if (!result) return {};
  return {{*result}};
}

/// Keys and values in the order in which the keys came.
template <class K, class V>
struct FirstSeen {
  std::vector<std::pair<K, V>> entries;
  std::unordered_map<std::string, std::size_t> place;

  template <class Merge>
  void add(const K& key, const V& value, const Merge& merge) {
    const auto [at, is_new] = place.emplace(key_bytes(key), entries.size());
    if (is_new) {
      entries.emplace_back(key, value);
    } else {
      V& into = entries[at->second].second;
      into = merge(into, value);
    }
  }
};

/// A slice's entries. After 16 Ki records of which more than 70 % brought a new key, every further
/// record is an entry of its own.
template <class K, class V, class T, class KeyOf, class ValueOf, class Merge>
std::vector<std::pair<K, V>> combine_slice(const std::vector<T>& slice, const KeyOf& key_of,
                                           const ValueOf& value_of, const Merge& add,
                                           const OracleSettings& settings) {
  constexpr std::size_t kTrial = 16384;
  const bool may_stop = settings.mistake != Mistake::combine_always;
  FirstSeen<K, V> seen_keys;
  std::size_t i = 0;
  for (; i < slice.size(); ++i) {
    if (may_stop && i == kTrial && seen_keys.entries.size() > kTrial / 10 * 7) break;
    seen_keys.add(key_of(slice[i]), value_of(slice[i]), add);
  }
  for (; i < slice.size(); ++i) {
    seen_keys.entries.emplace_back(key_of(slice[i]), value_of(slice[i]));
  }
  return std::move(seen_keys.entries);
}

/// One slice per partition, ordered by key group.
template <class K, class V>
Slices<std::pair<K, V>> place_in_partitions(const std::vector<std::pair<K, V>>& entries,
                                            std::uint32_t partitions,
                                            const OracleSettings& settings) {
  constexpr std::uint32_t kGroups = 128;
  std::array<std::vector<std::pair<K, V>>, kGroups> groups;
  std::uint64_t turn = 0;
  for (const auto& entry : entries) {
    const std::uint64_t hash = dstream::hash_of(entry.first, settings.hash_seed);
    const std::uint64_t group = settings.mistake == Mistake::groups_unordered
                                    ? turn++ * kGroups / entries.size()
                                    : hash >> 57;  // the top seven bits
    groups[group].push_back(entry);
  }
  Slices<std::pair<K, V>> result(partitions);
  for (std::uint32_t group = 0; group < kGroups; ++group) {
    auto& partition = result[group * partitions / kGroups];
    partition.insert(partition.end(), groups[group].begin(), groups[group].end());
  }
  std::erase_if(result, [](const auto& slice) { return slice.empty(); });
  return result;
}

/// Folds by key: in every slice from the key's first record, then the slices' values in order.
/// `add(V, V)` folds a record's value in, `merge(V, V)` a slice's.
template <class K, class V, class T, class KeyOf, class ValueOf, class Add, class Merge>
Slices<std::pair<K, V>> fold_by_key(const Slices<T>& input, const KeyOf& key_of,
                                    const ValueOf& value_of, const Add& add, const Merge& merge,
                                    std::uint32_t partitions, const OracleSettings& settings) {
  FirstSeen<K, V> merged;
  for (const std::vector<T>& slice : for_fold(input, settings)) {
    for (const auto& [key, value] : combine_slice<K, V>(slice, key_of, value_of, add, settings)) {
      merged.add(key, value, merge);
    }
  }
  return place_in_partitions(merged.entries,
                             partitions == 0 ? settings.default_partitions : partitions, settings);
}

template <class K, class T, class KeyOf>
Slices<std::pair<K, std::int64_t>> count_by_key(const Slices<T>& input, const KeyOf& key_of,
                                                std::uint32_t partitions,
                                                const OracleSettings& settings) {
  const auto one = [](const T&) { return std::int64_t{1}; };
  const auto plus = [](std::int64_t a, std::int64_t b) { return a + b; };
  auto counts = fold_by_key<K, std::int64_t>(input, key_of, one, plus, plus, partitions, settings);
  if (settings.mistake == Mistake::count_one_less) {
    for (auto& slice : counts) {
      for (auto& [key, count] : slice) count -= count > 2 ? 1 : 0;
    }
  }
  return counts;
}

}  // namespace property
