#include "storage/merge_table.h"

#include <algorithm>
#include <cstring>

#include "storage/entry_bytes.h"

namespace dstream {
inline namespace v1 {
namespace detail {

MergeTable::MergeTable(const EntryType& type, const ElementType& result)
    : type_(type), merged_(type), results_(result, chunk_capacity(result.size)) {}

void MergeTable::merge(const BoundFold& fold, std::span<EntrySlice* const> slices,
                       std::uint32_t partition, Step& to) {
  results_.clear();
  if (slices.empty()) return;
  const std::uint32_t partitions = slices.front()->partitions();
  const std::uint32_t end = first_group_of(partition + 1, partitions);
  for (std::uint32_t group = first_group_of(partition, partitions); group < end; ++group) {
    merge_group(fold, slices, group, to);
  }
  results_.pass_on(to);
}

void MergeTable::clear() noexcept {
  merged_.clear();
  results_.clear();
}

void MergeTable::merge_group(const BoundFold& fold, std::span<EntrySlice* const> slices,
                             std::uint32_t group, Step& to) {
  std::size_t entries = 0;
  std::size_t sources = 0;
  EntrySlice* only = nullptr;
  for (EntrySlice* slice : slices) {
    const std::size_t count = slice->group_size(group);
    entries += count;
    if (count == 0) continue;
    ++sources;
    only = slice;
  }
  if (entries == 0) return;
  if (sources == 1 && only->combined()) {
    return emit(fold, only->group_entries(group), only->group_size(group), false, to);
  }
  fold_group(fold, slices, group, entries);
  emit(fold, merged_.memory(), merged_.size(), true, to);
  merged_.clear();
}

void MergeTable::emit(const BoundFold& fold, void* entries, std::size_t count, bool movable,
                      Step& to) {
  auto* at = static_cast<std::byte*>(entries);
  while (count != 0) {
    std::byte* const results = results_.place(to);
    const std::size_t n = std::min(count, results_.room());
    fold.loops.emit(fold.fold, at, n, movable, results, results_.size());
    at += n * type_.size;
    count -= n;
  }
}

void MergeTable::fold_group(const BoundFold& fold, std::span<EntrySlice* const> slices,
                            std::uint32_t group, std::size_t entries) {
  merged_.clear();
  merged_.reserve(entries);
  index_.reset(entries);
  for (EntrySlice* slice : slices) {
    const auto* at = static_cast<const std::byte*>(slice->group_entries(group));
    std::size_t left = slice->group_size(group);
    const bool all_new = merged_.size() == 0 && slice->combined() && type_.kind != KeyKind::kAny;
    while (left != 0) {
      const std::size_t count = left < kCombineBlock ? left : kCombineBlock;
      if (all_new) {
        insert_block(fold, at, count, slice->hash_seed());
      } else {
        fold_block(fold, at, count, slice->hash_seed());
      }
      at += count * type_.size;
      left -= count;
    }
  }
}

// As fold_block() for entries known to be new: those of the first slice that has any.
void MergeTable::insert_block(const BoundFold& fold, const std::byte* entries, std::size_t count,
                              std::uint64_t seed) {
  const std::size_t before = merged_.size();
  std::byte* const to = merged(before);
  for_each_hash(type_, entries, count, seed, [&](std::size_t i, std::uint64_t hash) {
    index_.find_empty(hash) = index_.slot_for(before + i, hash);
  });
  if (type_.move == nullptr) {
    std::memcpy(to, entries, count * type_.size);
    merged_.counted() += count;
    return;
  }
  ValuePlaces values;
  values.fresh = all_positions(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(to + i * type_.size, entries + i * type_.size, type_.value_offset);
    values.places[i] = to + i * type_.size + type_.value_offset;
  }
  fold.loops.merge(fold.fold, entries, count, values, merged_.counted());
}

void MergeTable::fold_block(const BoundFold& fold, const std::byte* entries, std::size_t count,
                            std::uint64_t seed) {
  if (type_.kind == KeyKind::kAny) {
    return fold.loops.merge_any(fold.fold, entries, count, index_, merged_);
  }
  ValuePlaces values;
  find_block(entries, count, seed, values);
  // Entries that bytes make are there already.
  if (type_.move == nullptr && values.fresh == all_positions(count)) return;
  fold.loops.merge(fold.fold, entries, count, values, merged_.counted());
}

template <std::uint32_t kSize, class Same>
void MergeTable::find_keys(const std::byte* entries, const std::uint64_t* hashes, std::size_t count,
                           const Same& same, ValuePlaces& values) {
  const std::size_t size = EntrySize<kSize>::or_given(type_.size);
  const std::size_t value_offset = type_.value_offset;
  const bool bytes_do = type_.move == nullptr;
  const std::size_t copied = bytes_do ? size : value_offset;
  std::byte* const begin = merged(0);
  std::size_t placed = merged_.size();
  std::uint64_t fresh = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::byte* const entry = entries + i * size;
    std::uint32_t& slot =
        index_.find(hashes[i], [&](std::size_t at) { return same(begin + at * size, entry); });
    if (slot != 0) {
      values.places[i] = begin + index_.position(slot) * size + value_offset;
      continue;
    }
    std::byte* const added = begin + placed * size;
    std::memcpy(added, entry, kSize == 0 ? copied : size);
    slot = index_.slot_for(placed, hashes[i]);
    values.places[i] = added + value_offset;
    fresh |= std::uint64_t{1} << i;
    ++placed;
  }
  values.fresh = fresh;
  if (bytes_do) merged_.counted() = placed;
}

void MergeTable::find_block(const std::byte* entries, std::size_t count, std::uint64_t seed,
                            ValuePlaces& values) {
  std::uint64_t hashes[kCombineBlock];
  for_each_hash(type_, entries, count, seed, [&](std::size_t i, std::uint64_t hash) {
    hashes[i] = hash;
    index_.prefetch(hash);
  });
  const auto find = [&](const auto& same) {
    // A copy of known length may write beyond the key, where the value is made afterwards.
    with_size(type_.size, [&]<std::uint32_t kSize>(EntrySize<kSize>) {
      find_keys<kSize>(entries, hashes, count, same, values);
    });
  };
  if (type_.kind == KeyKind::kText) {
    find([](const std::byte* a, const std::byte* b) {
      return same_text_key(load<TextKey>(a), load<TextKey>(b));
    });
  } else if (type_.key_size == 8) {
    find([](const std::byte* a, const std::byte* b) {
      return load<std::uint64_t>(a) == load<std::uint64_t>(b);
    });
  } else if (type_.key_size == 4) {
    find([](const std::byte* a, const std::byte* b) {
      return load<std::uint32_t>(a) == load<std::uint32_t>(b);
    });
  } else {
    find([size = type_.key_size](const std::byte* a, const std::byte* b) {
      return std::memcmp(a, b, size) == 0;
    });
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
