#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/detail/combine_index.h>
#include <dstream/detail/combine_slice.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Merges one partition of the slices of a batch. One per running task, recycled. Not thread-safe.
template <class K, class V>
class MergeTable {
 public:
  using Entry = CombineEntry<K, V>;
  using Slice = CombinedSlice<K, V>;

  /// An upper bound of the pairs that merge() will emit.
  static std::size_t most_results(std::span<Slice* const> slices, std::uint32_t partition) {
    std::size_t count = 0;
    for (const Slice* slice : slices) count += slice->size(partition);
    return count;
  }

  /// Folds equal keys of the slices together with `fold.merge(V& into, V&& from)`, in the order of
  /// `slices`, and calls `emit(K&&, V&&)` once per key. Order: by key group, within a group by the
  /// first slice that holds the key, within that slice as it first saw them. It depends on the
  /// slices' contents and order alone, not on the number of partitions.
  ///
  /// All slices were scattered for the same number of partitions with the same seed. They are left
  /// as they are, so that a failed attempt can be repeated; with kConsume values are moved from
  /// them, and they are good for clear() only. After an exception the table can be used again.
  template <bool kConsume = false, class Fold, class Emit>
  void merge(std::span<Slice* const> slices, std::uint32_t partition, const Fold& fold,
             Emit&& emit) {
    if (slices.empty()) return;
    const std::uint32_t partitions = slices.front()->partitions();
    const std::uint32_t end = first_group_of(partition + 1, partitions);
    for (std::uint32_t group = first_group_of(partition, partitions); group < end; ++group) {
      merge_group<kConsume>(slices, group, fold, emit);
    }
  }

  /// Memory held in bytes.
  std::size_t bytes() const noexcept { return index_.bytes() + merged_.bytes(); }

 private:
  static constexpr std::size_t kBlock = 64;

  template <bool kConsume, class Fold, class Emit>
  void merge_group(std::span<Slice* const> slices, std::uint32_t group, const Fold& fold,
                   Emit& emit) {
    std::size_t entries = 0;
    std::size_t sources = 0;
    Slice* only = nullptr;
    for (Slice* slice : slices) {
      const std::size_t count = slice->group_size(group);
      entries += count;
      if (count == 0) continue;
      ++sources;
      only = slice;
    }
    if (entries == 0) return;
    if (sources == 1 && only->combined()) return emit_slice<kConsume>(*only, group, emit);
    fold_group<kConsume>(slices, group, entries, fold);
    for (std::size_t i = 0; i < merged_.size(); ++i) {
      emit(merged_[i].take_key(), std::move(merged_[i].value));
    }
    merged_.clear();
  }

  template <bool kConsume, class Fold>
  void fold_group(std::span<Slice* const> slices, std::uint32_t group, std::size_t entries,
                  const Fold& fold);

  template <bool kConsume, class Fold>
  void merge_block(Entry* entries, std::size_t count, std::uint64_t seed, const Fold& fold) {
    std::uint64_t hashes[kBlock];
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = entries[i].hash(seed);
      index_.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      Entry& entry = entries[i];
      std::uint32_t& slot = index_.find(
          hashes[i], [&](std::size_t at) { return merged_[at].matches(entry.key, hashes[i]); });
      if (slot != 0) {
        merge_value<kConsume>(merged_[index_.position(slot)].value, entry.value, fold);
        continue;
      }
      push<kConsume>(entry);
      slot = index_.slot_for(merged_.size() - 1, hashes[i]);
    }
  }

  // As merge_block() for entries known to be new: those of the first slice that has any.
  template <bool kConsume>
  void insert_block(Entry* entries, std::size_t count, std::uint64_t seed) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t hash = entries[i].hash(seed);
      std::uint32_t& slot = index_.find_empty(hash);
      push<kConsume>(entries[i]);
      slot = index_.slot_for(merged_.size() - 1, hash);
    }
  }

  template <bool kConsume>
  void push(Entry& entry) {
    if constexpr (kConsume) {
      merged_.emplace_reserved(std::move(entry));
    } else {
      merged_.emplace_reserved(std::as_const(entry));
    }
  }

  template <bool kConsume, class Emit>
  static void emit_slice(Slice& slice, std::uint32_t group, Emit& emit) {
    Entry* const entries = slice.group(group);
    const std::size_t count = slice.group_size(group);
    for (std::size_t i = 0; i < count; ++i) {
      if constexpr (kConsume) {
        emit(entries[i].take_key(), std::move(entries[i].value));
      } else {
        emit(entries[i].owned_key(), V(entries[i].value));
      }
    }
  }

  // A fold that only reads the other value spares a copy of it.
  template <bool kConsume, class Fold>
  static void merge_value(V& into, V& from, const Fold& fold) {
    if constexpr (kConsume) {
      fold.merge(into, std::move(from));
    } else if constexpr (requires { fold.merge(into, std::as_const(from)); }) {
      fold.merge(into, std::as_const(from));
    } else {
      fold.merge(into, V(from));
    }
  }

  CombineIndex index_;
  CombineBuffer<Entry> merged_;
};

// Outside the class, hence not inline: an extern template then spares the users' compilers.
template <class K, class V>
template <bool kConsume, class Fold>
void MergeTable<K, V>::fold_group(std::span<Slice* const> slices, std::uint32_t group,
                                  std::size_t entries, const Fold& fold) {
  merged_.clear();
  merged_.reserve(entries);
  index_.reset(entries);
  for (Slice* slice : slices) {
    Entry* const first = slice->group(group);
    const std::size_t count = slice->group_size(group);
    const bool all_new = merged_.size() == 0 && slice->combined();
    for (std::size_t done = 0; done < count; done += kBlock) {
      const std::size_t n = count - done < kBlock ? count - done : kBlock;
      if (all_new) {
        insert_block<kConsume>(first + done, n, slice->hash_seed());
      } else {
        merge_block<kConsume>(first + done, n, slice->hash_seed(), fold);
      }
    }
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
