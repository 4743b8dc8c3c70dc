#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/exchange.h>
#include <dstream/detail/group_keys.h>
#include <dstream/detail/keyed_slice.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// One parent's values of a key group, gathered by key: a counting pass, then vectors of exactly
/// the right size. Not thread-safe.
template <class K, class V>
class GroupedValues {
 public:
  GroupRange open(std::span<const SliceOutputPtr> outputs, std::uint32_t partition) {
    slices_of(outputs, partition, slices_);
    return GroupRange::of(slices_, partition);
  }
  std::size_t entries(std::uint32_t group) const { return entries_of(slices_, group); }

  /// Numbers the keys of the group and counts their values.
  void count(std::uint32_t group, GroupKeys<K>& keys) {
    numbers_.clear();
    numbers_.resize_uninitialized(entries(group));
    std::uint32_t* at = numbers_.data();
    for_each_block<K, V>(slices_, group, [&](const auto* block, std::size_t n, std::uint64_t seed) {
      keys.number(block, n, seed, at);
      at += n;
    });
  }

  /// Gathers the values of `keys` keys, in slice order.
  void gather(std::uint32_t group, std::size_t keys) {
    sizes_.assign(keys, 0);
    for (std::size_t i = 0; i < numbers_.size(); ++i) ++sizes_[numbers_[i]];
    values_.clear();
    values_.resize(keys);
    for (std::size_t i = 0; i < keys; ++i) values_[i].reserve(sizes_[i]);
    const std::uint32_t* at = numbers_.data();
    for_each_block<K, V>(slices_, group, [&](const auto* block, std::size_t n, std::uint64_t) {
      for (std::size_t i = 0; i < n; ++i) values_[at[i]].push_back(block[i].value);
      at += n;
    });
  }

  std::vector<V> take(std::size_t number) { return std::move(values_[number]); }
  void clear() noexcept { values_.clear(); }

 private:
  std::vector<CombinedSlice<K, V>*> slices_;
  CombineBuffer<std::uint32_t> numbers_;  // of each entry's key
  std::vector<std::uint32_t> sizes_;
  std::vector<std::vector<V>> values_;  // by the number of the key
};

/// Reads the partition of a shuffle for group_by_key: pairs of a key and its values.
template <class K, class V>
class GroupReader final : public ExchangeReader {
 public:
  void read_parents(std::span<const std::span<const SliceOutputPtr>> parents,
                    std::uint32_t partition, Step& to) override {
    const GroupRange groups = values_.open(parents[0], partition);
    for (std::uint32_t group = groups.begin; group < groups.end; ++group) {
      const std::size_t entries = values_.entries(group);
      if (entries == 0) continue;
      keys_.reset(entries);
      values_.count(group, keys_);
      values_.gather(group, keys_.size());
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (results_.full()) pass_on(results_, to);
        results_.emplace(keys_.owned(i), values_.take(i));
      }
    }
    pass_on(results_, to);
    values_.clear();
  }
  void reset() noexcept override {
    values_.clear();
    results_.clear();
  }

 private:
  GroupKeys<K> keys_;
  GroupedValues<K, V> values_;
  ChunkBuffer<std::pair<K, std::vector<V>>> results_;
};

/// Reads the partition of a shuffle with two parents for cogroup: pairs of a key and its values on
/// either side. Within a key group first the left side's keys as they are first seen, then those
/// that only the right side has.
template <class K, class V, class W>
class CogroupReader final : public ExchangeReader {
 public:
  void read_parents(std::span<const std::span<const SliceOutputPtr>> parents,
                    std::uint32_t partition, Step& to) override {
    const GroupRange left = left_.open(parents[0], partition);
    const GroupRange groups = left.or_else(right_.open(parents[1], partition));
    for (std::uint32_t group = groups.begin; group < groups.end; ++group) read_group(group, to);
    pass_on(results_, to);
    left_.clear();
    right_.clear();
  }
  void reset() noexcept override {
    left_.clear();
    right_.clear();
    results_.clear();
  }

 private:
  void read_group(std::uint32_t group, Step& to) {
    const std::size_t entries = left_.entries(group) + right_.entries(group);
    if (entries == 0) return;
    keys_.reset(entries);
    left_.count(group, keys_);
    right_.count(group, keys_);
    left_.gather(group, keys_.size());
    right_.gather(group, keys_.size());
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (results_.full()) pass_on(results_, to);
      results_.emplace(keys_.owned(i), std::pair(left_.take(i), right_.take(i)));
    }
  }

  GroupKeys<K> keys_;
  GroupedValues<K, V> left_;
  GroupedValues<K, W> right_;
  ChunkBuffer<std::pair<K, std::pair<std::vector<V>, std::vector<W>>>> results_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
