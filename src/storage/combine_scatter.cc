#include <cstring>

#include "storage/combine_table.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void CombineTable::scatter(std::uint32_t partitions, EntrySlice& out,
                           const KeyPartitioner* partitioner) {
  out.clear();
  out.partitions_ = partitions;
  out.hash_seed_ = seed_;
  out.combined_ = !appending_;
  if (size() != 0) {
    settle();
    count_groups(out, partitioner);
    place_entries(out);
    out.arena_.swap(arena_);
  }
  clear();
}

std::uint32_t CombineTable::wanted_group(const KeyPartitioner& by, std::uint32_t partitions,
                                         std::size_t position, std::uint64_t hash) {
  const std::uint32_t partition = by.partition(by.context, entry(position), partitions);
  const std::uint32_t first = first_group_of(partition, partitions);
  const std::uint32_t groups = first_group_of(partition + 1, partitions) - first;
  return first + key_group(hash) * groups / kKeyGroups;
}

// Notes every entry's key group and turns the groups' sizes into their first places.
void CombineTable::count_groups(EntrySlice& out, const KeyPartitioner* partitioner) {
  const std::size_t count = entries_.size();
  groups_.resize_uninitialized(count);
  std::uint8_t* const groups = groups_.data();
  std::uint32_t sizes[kKeyGroups] = {};
  const auto note = [&](std::size_t i, std::uint32_t group) {
    groups[i] = static_cast<std::uint8_t>(group);
    ++sizes[group];
  };
  if (partitioner == nullptr) {
    for_each_hash(type_, entries_.memory(), count, seed_,
                  [&](std::size_t i, std::uint64_t hash) { note(i, key_group(hash)); });
  } else {
    for_each_hash(type_, entries_.memory(), count, seed_, [&](std::size_t i, std::uint64_t hash) {
      note(i, wanted_group(*partitioner, out.partitions_, i, hash));
    });
  }
  for (std::uint32_t group = 0; group < kKeyGroups; ++group) {
    out.starts_[group + 1] = out.starts_[group] + sizes[group];
  }
}

void CombineTable::place_entries(EntrySlice& out) {
  const std::size_t count = entries_.size();
  const std::uint8_t* const groups = groups_.data();
  std::uint32_t next[kKeyGroups];
  std::memcpy(next, out.starts_.data(), sizeof(next));
  out.entries_.reserve(count);
  if (type_.move == nullptr) {
    out.entries_.counted() = count;
    with_size(type_.size, [&]<std::uint32_t kSize>(EntrySize<kSize>) {
      const std::size_t size = EntrySize<kSize>::or_given(type_.size);
      const std::byte* const from = entry(0);
      auto* const to = static_cast<std::byte*>(out.entries_.memory());
      for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(to + next[groups[i]]++ * size, from + i * size, size);
      }
    });
    return;
  }
  // In the order of the places, so that an exception leaves no hole.
  order_.resize_uninitialized(count);
  std::uint32_t* const order = order_.data();
  for (std::size_t i = 0; i < count; ++i) order[next[groups[i]]++] = static_cast<std::uint32_t>(i);
  type_.move(out.entries_.memory(), entries_.memory(), order, count);
  out.entries_.counted() = count;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
