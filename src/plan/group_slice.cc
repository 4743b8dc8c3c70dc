#include "dstream/detail/group_slice.h"

#include <cstring>

#include "plan/copy_bytes.h"
#include "plan/group_keys.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

// Larger values stay where they were written: copying them costs more than it saves the readers.
constexpr std::size_t kCopiedValue = 64;

const ElementType& key_type(const GroupTypes& types) {
  return types.key != nullptr ? *types.key : kElementType<char>;
}

bool copies_values(const ElementType& type) { return type.is_bytes() && type.size <= kCopiedValue; }

}  // namespace

GroupBuffer::GroupBuffer(const GroupTypes& types, std::uint64_t seed)
    : seed_(seed), keys_(key_type(types)), values_(*types.value) {}
GroupBuffer::~GroupBuffer() = default;

WordCell* GroupBuffer::add_words(std::size_t count) {
  const std::size_t before = words_.size();
  words_.resize_uninitialized(before + count);
  return words_.data() + before;
}

void GroupBuffer::add_text(std::string_view text) {
  TextKey key;
  if (text.size() <= TextKey::kMostInline) {
    key = make_text_key(text);
  } else {
    long_text_key(text, seed_, key);
  }
  const std::uint64_t hash = own_text_key(key, arena_, seed_);
  texts_.reserve(texts_.size() + 1);
  texts_.emplace_reserved(key, hash);
}

void GroupBuffer::add_hash(std::uint64_t hash) {
  hashes_.reserve(hashes_.size() + 1);
  hashes_.emplace_reserved(hash);
}

std::size_t GroupBuffer::bytes() const noexcept {
  return words_.bytes() + texts_.bytes() + hashes_.bytes() + keys_.bytes() + values_.bytes() +
         arena_.bytes() + groups_.bytes();
}

void GroupBuffer::clear() noexcept {
  words_.clear();
  texts_.clear();
  hashes_.clear();
  keys_.clear();
  values_.clear();
  arena_.clear();
  groups_.clear();
}

GroupSlice::GroupSlice(const GroupTypes& types) : keys_(key_type(types)), values_(*types.value) {}
GroupSlice::~GroupSlice() = default;

void GroupSlice::fill(GroupBuffer& from, std::uint32_t partitions, const KeyPartitions& by) {
  clear();
  partitions_ = partitions;
  seed_ = from.seed_;
  if (const std::size_t count = from.values_.size(); count != 0) {
    check_combine_size(count);
    if (from.words_.size() != 0) {
      arrange<WordCell>(from, by, count,
                        [cells = from.words_.data()](std::size_t i) { return cells[i]; });
    } else if (from.texts_.size() != 0) {
      arrange<TextCell>(from, by, count,
                        [cells = from.texts_.data()](std::size_t i) { return cells[i]; });
    } else {
      keys_.swap(from.keys_);
      arrange<AnyCell>(from, by, count, [&](std::size_t i) {
        return AnyCell{keys_.at(i), from.hashes_[i]};
      });
    }
    place_values(from);
    arena_.swap(from.arena_);
  }
  from.clear();
}

template <class Cell, class CellAt>
void GroupSlice::arrange(GroupBuffer& from, const KeyPartitions& by, std::size_t count,
                         const CellAt& cell_at) {
  const auto group_of = [&](const Cell& cell) {
    const std::uint32_t group = key_group(hash_in(cell, seed_));
    if (by.call == nullptr) return group;
    const std::uint32_t partition = by.partition_of(key_of(cell), partitions_);
    const std::uint32_t first = first_group_of(partition, partitions_);
    return first + group * (first_group_of(partition + 1, partitions_) - first) / kKeyGroups;
  };
  from.groups_.resize_uninitialized(count);
  std::uint8_t* const groups = from.groups_.data();
  std::uint32_t sizes[kKeyGroups] = {};
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t group = group_of(cell_at(i));
    groups[i] = static_cast<std::uint8_t>(group);
    ++sizes[group];
  }
  for (std::uint32_t group = 0; group < kKeyGroups; ++group) {
    starts_[group + 1] = starts_[group] + sizes[group];
  }
  cells_.resize_uninitialized((count * sizeof(Cell) + sizeof(CellBytes) - 1) / sizeof(CellBytes));
  Cell* const cells = reinterpret_cast<Cell*>(cells_.data());
  std::uint32_t next[kKeyGroups];
  std::memcpy(next, starts_.data(), sizeof(next));
  for (std::size_t i = 0; i < count; ++i) cells[next[groups[i]]++] = cell_at(i);
}

void GroupSlice::place_values(GroupBuffer& from) {
  const std::size_t count = from.values_.size();
  const ElementType& type = values_.type();
  const std::uint8_t* const groups = from.groups_.data();
  std::uint32_t next[kKeyGroups];
  std::memcpy(next, starts_.data(), sizeof(next));
  if (!copies_values(type)) {
    values_.swap(from.values_);
    places_.resize_uninitialized(count);
    for (std::size_t i = 0; i < count; ++i) places_[next[groups[i]]++] = values_.at(i);
    return;
  }
  std::byte* const to = static_cast<std::byte*>(values_.room(count));
  with_record_size(type.size, [&](auto size) {
    const std::byte* value = from.values_.at(0);
    for (std::size_t i = 0; i < count; ++i, value += size) {
      std::memcpy(to + next[groups[i]]++ * size, value, size);
    }
  });
  values_.added(count);
}

void GroupSlice::clear() noexcept {
  cells_.clear();
  keys_.clear();
  values_.clear();
  places_.clear();
  arena_.clear();
  starts_.fill(0);
}

std::size_t GroupSlice::records(std::uint32_t partition) const {
  if (partitions_ == 0) return 0;
  return starts_[first_group_of(partition + 1, partitions_)] -
         starts_[first_group_of(partition, partitions_)];
}

std::size_t GroupSlice::bytes() const {
  return cells_.bytes() + keys_.bytes() + values_.bytes() + places_.bytes() + arena_.bytes();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
