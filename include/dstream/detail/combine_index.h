#pragma once

#include <cstddef>
#include <cstdint>

#include <dstream/detail/combine_buffer.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Throws Error{capacity} if a table of one slice or key group would have to hold over 2^30
/// entries.
DSTREAM_EXPORT void check_combine_size(std::size_t entries);

/// Finds entries that lie in an array in first-seen order: open addressing over 32-bit slots, each
/// the position of an entry plus one and, in the bits that positions leave free, a tag of its hash.
/// Linear probing, at most half full. The home slot comes from hash bits 25 to 56, the
/// tag from bits 0 to 24; the top seven bits are the key group and equal within a group's table.
/// Not thread-safe.
class DSTREAM_EXPORT CombineIndex {
 public:
  /// Empties the index and makes room for `entries`. Throws as check_combine_size().
  void reset(std::size_t entries);

  /// Entries that fit before the next reset() has to make more room.
  std::size_t room() const noexcept { return room_; }
  std::size_t bytes() const noexcept { return slots_.bytes(); }

  std::uint32_t home(std::uint64_t hash) const noexcept {
    return static_cast<std::uint32_t>((((hash << 7) >> 32) * capacity_) >> 32);
  }

  void prefetch(std::uint64_t hash) const noexcept {
    __builtin_prefetch(slots_.data() + home(hash), 1);
  }

  /// The slot whose entry equals the one sought, or the empty slot where it belongs.
  /// `equals(position)` compares; it is asked only where the tags agree.
  template <class Equals>
  std::uint32_t& find(std::uint64_t hash,
                      const Equals& equals) noexcept(noexcept(equals(std::size_t{0}))) {
    std::uint32_t* const slots = slots_.data();
    const std::uint32_t wanted = tag(hash);
    std::uint32_t i = home(hash);
    for (;;) {
      const std::uint32_t slot = slots[i];
      if (slot == 0) return slots[i];
      if (((slot ^ wanted) & ~position_mask_) == 0 && equals(position(slot))) return slots[i];
      if (++i == capacity_) i = 0;
    }
  }

  /// The empty slot where an entry known to be new belongs.
  std::uint32_t& find_empty(std::uint64_t hash) noexcept {
    std::uint32_t* const slots = slots_.data();
    std::uint32_t i = home(hash);
    while (slots[i] != 0) {
      if (++i == capacity_) i = 0;
    }
    return slots[i];
  }

  std::size_t position(std::uint32_t slot) const noexcept {
    return std::size_t{slot & position_mask_} - 1;
  }

  /// What an empty slot takes for the entry at `position`.
  std::uint32_t slot_for(std::size_t position, std::uint64_t hash) const noexcept {
    return (tag(hash) & ~position_mask_) | static_cast<std::uint32_t>(position + 1);
  }

 private:
  static std::uint32_t tag(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash << 7);
  }

  CombineBuffer<std::uint32_t> slots_;
  std::uint32_t capacity_ = 0;
  std::uint32_t position_mask_ = 0;
  std::size_t room_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
