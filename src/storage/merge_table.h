#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_index.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/fold_loops.h>
#include <dstream/detail/step.h>

#include "storage/record_output.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Merges one partition of the slices of a batch. One per running task, recycled. Not thread-safe.
class MergeTable {
 public:
  MergeTable(const EntryType& type, const ElementType& result);

  /// Folds equal keys of the slices together, in the order of `slices`, and hands the results to
  /// `to` in chunks, one per key. Order: by key group, within a group by the first slice that holds
  /// the key, within that slice as it first saw them. It depends on the slices' contents and order
  /// alone, not on the number of partitions.
  ///
  /// All slices were scattered for the same number of partitions with the same seed. They are left
  /// as they are, so that a failed attempt can be repeated. After an exception the table can be used
  /// again.
  void merge(const BoundFold& fold, std::span<EntrySlice* const> slices, std::uint32_t partition,
             Step& to);

  /// Drops what a failed attempt left behind.
  void clear() noexcept;

 private:
  void merge_group(const BoundFold& fold, std::span<EntrySlice* const> slices, std::uint32_t group,
                   Step& to);
  void fold_group(const BoundFold& fold, std::span<EntrySlice* const> slices, std::uint32_t group,
                  std::size_t entries);
  void fold_block(const BoundFold& fold, const std::byte* entries, std::size_t count,
                  std::uint64_t seed);
  void find_block(const std::byte* entries, std::size_t count, std::uint64_t seed,
                  ValuePlaces& values);
  template <std::uint32_t kSize, class Same>
  void find_keys(const std::byte* entries, const std::uint64_t* hashes, std::size_t count,
                 const Same& same, ValuePlaces& values);
  void insert_block(const BoundFold& fold, const std::byte* entries, std::size_t count,
                    std::uint64_t seed);
  void emit(const BoundFold& fold, void* entries, std::size_t count, bool movable, Step& to);

  std::byte* merged(std::size_t position) noexcept {
    return static_cast<std::byte*>(merged_.memory()) + position * type_.size;
  }

  const EntryType& type_;
  CombineIndex index_;
  CombineMemory merged_;
  RecordOutput results_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
