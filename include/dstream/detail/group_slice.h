#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <dstream/detail/combine_arena.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/detail/record_column.h>
#include <dstream/detail/step.h>
#include <dstream/hash.h>
#include <dstream/hash_of.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// The records of a shuffle that keeps every value, for joins and groups: keys in one of three forms
// (see KeyKind), values as they are.

/// The key of an integer or enum, as canonical_word() gives it.
struct WordCell {
  std::uint64_t word;
};
/// A text key and its hash.
struct TextCell {
  TextKey key;
  std::uint64_t stored_hash;
};
/// Where a key of any other type lies, and its hash.
struct AnyCell {
  const void* key;
  std::uint64_t stored_hash;
};

/// The key in cell `i` of those at `cells`.
template <class K>
std::conditional_t<kKeyKind<K> == KeyKind::kAny, const K&, K> key_in(const void* cells,
                                                                     std::size_t i) {
  if constexpr (kKeyKind<K> == KeyKind::kInteger) {
    return static_cast<K>(static_cast<const WordCell*>(cells)[i].word);
  } else if constexpr (kKeyKind<K> == KeyKind::kText) {
    return string_of_key(static_cast<const TextCell*>(cells)[i].key);
  } else {
    return *static_cast<const K*>(static_cast<const AnyCell*>(cells)[i].key);
  }
}

/// Compares two keys of kAny; null for the other kinds.
using KeyEqual = bool (*)(const void* a, const void* b);

template <class K>
bool equal_keys(const void* a, const void* b) {
  return key_equal(*static_cast<const K*>(a), *static_cast<const K*>(b));
}
template <class K>
constexpr KeyEqual equality_of() {
  if constexpr (kKeyKind<K> == KeyKind::kAny) return &equal_keys<K>;
  return nullptr;
}

/// What a slice of a shuffle is made of.
struct GroupTypes {
  KeyKind kind;
  const ElementType* key;  ///< of kAny
  const ElementType* value;
};

/// What a task has written so far, in the order of its records. Not thread-safe.
class DSTREAM_EXPORT GroupBuffer {
 public:
  GroupBuffer(const GroupTypes& types, std::uint64_t seed);
  ~GroupBuffer();

  /// Makes room for the keys of `count` more integers, which the caller must set.
  WordCell* add_words(std::size_t count);
  /// Copies a text key in.
  void add_text(std::string_view text);
  /// Notes the hash of a key that was put into keys().
  void add_hash(std::uint64_t hash);
  std::uint64_t seed() const noexcept { return seed_; }
  RecordColumn& keys() noexcept { return keys_; }
  RecordColumn& values() noexcept { return values_; }

  std::size_t bytes() const noexcept;
  void clear() noexcept;

 private:
  friend class GroupSlice;

  const std::uint64_t seed_;
  CombineBuffer<WordCell> words_;
  CombineBuffer<TextCell> texts_;
  CombineBuffer<std::uint64_t> hashes_;
  RecordColumn keys_;
  RecordColumn values_;
  TextArena arena_;  // bytes of long text keys
  CombineBuffer<std::uint8_t> groups_;
};

/// What a task leaves behind: entries by key group, within a group in the order of the records.
/// Immutable between fill() and clear(), and then safe to read from several threads.
class DSTREAM_EXPORT GroupSlice final : public SliceOutput {
 public:
  explicit GroupSlice(const GroupTypes& types);
  ~GroupSlice() override;

  /// Empties the buffer into the slice.
  void fill(GroupBuffer& from, std::uint32_t partitions, const KeyPartitions& by);
  void clear() noexcept;

  std::size_t records(std::uint32_t partition) const override;
  std::size_t bytes() const override;

  std::uint64_t seed() const noexcept { return seed_; }
  /// 0 before the first fill().
  std::uint32_t partitions() const noexcept { return partitions_; }
  std::size_t begin(std::uint32_t group) const noexcept { return starts_[group]; }
  std::size_t end(std::uint32_t group) const noexcept { return starts_[group + 1]; }
  std::size_t group_size(std::uint32_t group) const noexcept { return end(group) - begin(group); }
  template <class Cell>
  const Cell* cells() const noexcept {
    return reinterpret_cast<const Cell*>(cells_.data());
  }
  const void* value(std::size_t entry) const noexcept {
    return places_.size() == 0 ? values_.at(entry) : places_[entry];
  }

 private:
  template <class Cell, class CellAt>
  void arrange(GroupBuffer& from, const KeyPartitions& by, std::size_t count,
               const CellAt& cell_at);
  void place_values(GroupBuffer& from);

  struct alignas(16) CellBytes {
    std::byte bytes[16];
  };
  CombineBuffer<CellBytes> cells_;
  RecordColumn keys_;    // of kAny, in the order of the records
  RecordColumn values_;  // by key group where they are small and plain, else as places_ says
  CombineBuffer<const void*> places_;  // of the values
  TextArena arena_;
  std::array<std::uint32_t, kKeyGroups + 1> starts_{};
  std::uint32_t partitions_ = 0;
  std::uint64_t seed_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
