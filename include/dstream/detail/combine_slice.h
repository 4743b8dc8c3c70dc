#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <dstream/detail/combine_arena.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/export.h>
#include <dstream/hash.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// First key group of a partition; that of `partitions` itself is kKeyGroups.
constexpr std::uint32_t first_group_of(std::uint32_t partition, std::uint32_t partitions) noexcept {
  return (partition * kKeyGroups + partitions - 1) / partitions;
}

class CombineTable;

/// What one slice wrote for all partitions of a keyed shuffle: entries in one array, ordered by key
/// group, within a group in the order in which the slice first saw the keys. Immutable between
/// CombineTable::scatter() and clear(), and then safe to read from several threads.
class DSTREAM_EXPORT EntrySlice {
 public:
  explicit EntrySlice(const EntryType& type) noexcept : type_(&type), entries_(type) {}

  /// Partitions it was written for; 0 before the first scatter().
  std::uint32_t partitions() const noexcept { return partitions_; }

  /// Entries of a partition.
  std::size_t size(std::uint32_t partition) const noexcept {
    return starts_[first_group_of(partition + 1, partitions_)] -
           starts_[first_group_of(partition, partitions_)];
  }

  /// Entries of all partitions.
  std::size_t size() const noexcept { return entries_.size(); }

  /// True if every key occurs at most once.
  bool combined() const noexcept { return combined_; }

  /// Memory held in bytes, without what values and keys own on the heap themselves.
  std::size_t bytes() const noexcept { return entries_.bytes() + arena_.bytes(); }

  /// Drops the entries, keeps memory for the next slice.
  void clear() noexcept;

  std::uint64_t hash_seed() const noexcept { return hash_seed_; }

  /// Entries of one key group.
  std::size_t group_size(std::uint32_t group) const noexcept {
    return starts_[group + 1] - starts_[group];
  }
  void* group_entries(std::uint32_t group) noexcept {
    return static_cast<char*>(entries_.memory()) + std::size_t{starts_[group]} * type_->size;
  }
  const void* group_entries(std::uint32_t group) const noexcept {
    return static_cast<const char*>(entries_.memory()) + std::size_t{starts_[group]} * type_->size;
  }

 private:
  friend class CombineTable;

  const EntryType* type_;
  CombineMemory entries_;
  TextArena arena_;  // bytes of long text keys
  std::array<std::uint32_t, kKeyGroups + 1> starts_{};
  std::uint32_t partitions_ = 0;
  std::uint64_t hash_seed_ = 0;
  bool combined_ = true;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
