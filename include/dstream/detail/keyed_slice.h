#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/combine_table.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/detail/step.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a task of a keyed shuffle leaves behind.
template <class K, class V>
class KeyedSlice final : public SliceOutput {
 public:
  std::size_t records(std::uint32_t partition) const override { return slice.size(partition); }
  std::size_t bytes() const override { return slice.bytes(); }

  CombinedSlice<K, V> slice;
};

/// Slices whose batch is done, kept for their memory: fresh memory costs more than filling it.
template <class K, class V>
class SlicePool {
 public:
  std::shared_ptr<KeyedSlice<K, V>> take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto slice = std::move(idle_.back());
        idle_.pop_back();
        return slice;
      }
    }
    return std::make_shared<KeyedSlice<K, V>>();
  }
  void put_back(std::shared_ptr<KeyedSlice<K, V>> slice) {
    slice->slice.clear();
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(slice));
  }

 private:
  std::mutex mutex_;  // leaf; held for a push or pop
  std::vector<std::shared_ptr<KeyedSlice<K, V>>> idle_;  // at most what one batch wrote
};

/// Empties a table into a slice, its entries where `partitions` wants them.
template <class K, class V>
void scatter_by(const KeyPartitions<K>& partitions, std::uint32_t count, CombineTable<K, V>& table,
                CombinedSlice<K, V>& out) {
  if (!partitions.function) return table.scatter(count, out);
  table.scatter(count, out, [&](const CombineEntry<K, V>& entry) {
    if constexpr (kKeyKind<K> == KeyKind::kText) {
      return partitions(text_of_key(entry.key), count);
    } else {
      return partitions(entry.key, count);
    }
  });
}

/// Those of the slices that hold something for the partition.
template <class K, class V>
void slices_of(std::span<const SliceOutputPtr> outputs, std::uint32_t partition,
               std::vector<CombinedSlice<K, V>*>& slices) {
  slices.clear();
  for (const SliceOutputPtr& output : outputs) {
    auto& slice = static_cast<KeyedSlice<K, V>&>(*output).slice;
    if (slice.partitions() != 0 && slice.size(partition) != 0) slices.push_back(&slice);
  }
}

/// Hands on what a reader of an exchange has put into its buffer.
template <class T>
void pass_on(ChunkBuffer<T>& records, Step& to) {
  if (records.size() == 0) return;
  to.process({records.end() - records.size(), records.size(), true});
  records.clear();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
