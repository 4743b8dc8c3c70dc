#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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
  filter_drops_last,     ///< filter forgets the last record of a slice
  fold_backwards,        ///< a slice is folded from its last record
  merge_backwards,       ///< the slices' values are merged from the last slice
  ignore_slices,         ///< a fold takes the batch for one slice
  count_one_less,        ///< a key that occurs three times or more is counted once less
  groups_unordered,      ///< a shuffle's result is ordered by first appearance alone
  combine_always,        ///< a slice combines even where it does not pay
  join_drops_unmatched,  ///< an outer join keeps no record without a match
  group_backwards,       ///< the values of a key are gathered from the last
  sort_unstable,         ///< records with equal keys change places
  repartition_loses,     ///< repartition forgets the last record
  sort_nan_first,        ///< NaN is sorted before all numbers
  partitioner_ignored,   ///< a function that partitions is not asked
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

template <class T>
Slices<T> without_empty(Slices<T> slices) {
  std::erase_if(slices, [](const auto& slice) { return slice.empty(); });
  return slices;
}

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
Slices<T> unite(const Slices<T>& a, const Slices<T>& b) {
  Slices<T> both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

template <class T>
std::vector<T> end_to_end(const Slices<T>& slices) {
  std::vector<T> all;
  for (const auto& slice : slices) all.insert(all.end(), slice.begin(), slice.end());
  return all;
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
    for (std::size_t i = 1; i < slice.size(); ++i) folded = f(std::move(folded), slice[i]);
    result = result ? f(*result, folded) : folded;
  }
  if (!result) return {};
  return {{*result}};
}

/// A function for partition_by(): any that gives the same for equal keys.
struct ByWord {
  std::uint32_t partitions = 1;
  template <class K>
  std::uint32_t operator()(const K& key) const {
    return static_cast<std::uint32_t>(word(std::string_view(key_bytes(key))) % partitions);
  }
};

/// How a shuffle by key is partitioned.
struct Placement {
  std::uint32_t partitions = 0;  ///< 0: the context's
  bool custom = false;           ///< by ByWord, else by key group

  std::uint32_t count(const OracleSettings& settings) const {
    return partitions == 0 ? settings.default_partitions : partitions;
  }
  /// Partition and key group: 128 ranges of the hash, in its top seven bits. Where a function gives
  /// the partition there are as many ranges as the partition would have of the 128.
  template <class K>
  std::pair<std::uint32_t, std::uint32_t> of(const K& key, const OracleSettings& settings) const {
    const std::uint64_t hash = dstream::hash_of(key, settings.hash_seed);
    const auto group = static_cast<std::uint32_t>(hash >> 57);
    if (!custom || settings.mistake == Mistake::partitioner_ignored) {
      return {group * count(settings) / 128, group};
    }
    const std::uint32_t partition = ByWord{partitions}(key);
    std::uint32_t ranges = 0;
    for (std::uint32_t g = 0; g < 128; ++g) ranges += g * partitions / 128 == partition ? 1 : 0;
    return {partition, group * ranges / 128};
  }
};

/// Entries by where they go, in their order.
template <class K, class V>
std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::pair<K, V>>> by_place(
    const std::vector<std::pair<K, V>>& entries, const Placement& placement,
    const OracleSettings& settings) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::pair<K, V>>> places;
  for (const auto& entry : entries) places[placement.of(entry.first, settings)].push_back(entry);
  return places;
}

/// Keys and values in the order in which the keys came.
template <class K, class V>
struct FirstSeen {
  std::vector<std::pair<K, V>> entries;
  std::unordered_map<std::string, std::size_t> place;

  /// `fold(V, record)` where the key is known, else `first(record)`.
  template <class T, class First, class Fold>
  void add(const K& key, const T& record, const First& first, const Fold& fold) {
    const auto [at, is_new] = place.emplace(key_bytes(key), entries.size());
    if (is_new) {
      entries.emplace_back(key, first(record));
    } else {
      V& into = entries[at->second].second;
      into = fold(std::move(into), record);
    }
  }
};

/// A slice's entries. After 16 Ki records of which more than 70 % brought a new key, every further
/// record is an entry of its own.
template <class K, class V, class T, class KeyOf, class First, class Add>
std::vector<std::pair<K, V>> combine_slice(const std::vector<T>& slice, const KeyOf& key_of,
                                           const First& first, const Add& add,
                                           const OracleSettings& settings) {
  constexpr std::size_t kTrial = 16384;
  const bool may_stop = settings.mistake != Mistake::combine_always;
  FirstSeen<K, V> seen_keys;
  std::size_t i = 0;
  for (; i < slice.size(); ++i) {
    if (may_stop && i == kTrial && seen_keys.entries.size() > kTrial / 10 * 7) break;
    seen_keys.add(key_of(slice[i]), slice[i], first, add);
  }
  for (; i < slice.size(); ++i) seen_keys.entries.emplace_back(key_of(slice[i]), first(slice[i]));
  return std::move(seen_keys.entries);
}

/// One slice per partition, ordered by key group.
template <class K, class V>
Slices<std::pair<K, V>> place_in_partitions(const std::vector<std::pair<K, V>>& entries,
                                            const Placement& placement,
                                            const OracleSettings& settings) {
  if (settings.mistake == Mistake::groups_unordered)
    return without_empty<std::pair<K, V>>({entries});
  Slices<std::pair<K, V>> result(placement.count(settings));
  for (const auto& [place, group] : by_place(entries, placement, settings)) {
    auto& partition = result[place.first];
    partition.insert(partition.end(), group.begin(), group.end());
  }
  return without_empty(std::move(result));
}

/// Folds by key into a V: in every slice from the key's first record, `V first(record)`, with
/// `V add(V, record)`; then the slices' values in order, with `V merge(V, V)`.
template <class K, class V, class T, class KeyOf, class First, class Add, class Merge>
Slices<std::pair<K, V>> combine_by_key(const Slices<T>& input, const KeyOf& key_of,
                                       const First& first, const Add& add, const Merge& merge,
                                       const Placement& placement, const OracleSettings& settings) {
  const auto same = [](const V& value) { return value; };
  FirstSeen<K, V> merged;
  for (const std::vector<T>& slice : for_fold(input, settings)) {
    for (const auto& [key, value] : combine_slice<K, V>(slice, key_of, first, add, settings)) {
      merged.add(key, value, same, merge);
    }
  }
  return place_in_partitions(merged.entries, placement, settings);
}

/// The same where values of V are folded as they are, all with `V fold(V, V)`.
template <class K, class V, class T, class KeyOf, class ValueOf, class F>
Slices<std::pair<K, V>> fold_by_key(const Slices<T>& input, const KeyOf& key_of,
                                    const ValueOf& value_of, const F& fold,
                                    const Placement& placement, const OracleSettings& settings) {
  const auto add = [&](V folded, const T& record) {
    return fold(std::move(folded), value_of(record));
  };
  return combine_by_key<K, V>(input, key_of, value_of, add, fold, placement, settings);
}

template <class K, class T, class KeyOf>
Slices<std::pair<K, std::int64_t>> count_by_key(const Slices<T>& input, const KeyOf& key_of,
                                                const Placement& placement,
                                                const OracleSettings& settings) {
  const auto one = [](const T&) { return std::int64_t{1}; };
  const auto plus = [](std::int64_t a, std::int64_t b) { return a + b; };
  auto counts = fold_by_key<K, std::int64_t>(input, key_of, one, plus, placement, settings);
  if (settings.mistake == Mistake::count_one_less) {
    for (auto& slice : counts) {
      for (auto& [key, count] : slice) count -= count > 2 ? 1 : 0;
    }
  }
  return counts;
}

}  // namespace property
