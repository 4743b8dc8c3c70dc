#pragma once

#include <cstddef>
#include <cstdint>

#include <dstream/detail/combine_buffer.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Finds entries by integer keys that lie in a range of 2^16: an array of positions, indexed by the
/// low 16 bits of the key, so that the range can move without touching it. Not thread-safe.
class CombineDense {
 public:
  static constexpr std::uint64_t kRange = std::uint64_t{1} << 16;

  /// True if all words lie in the present range.
  bool covers(const std::uint64_t* words, std::size_t count) const noexcept {
    if (!open_) return false;
    std::uint64_t outside = 0;
    for (std::size_t i = 0; i < count; ++i) outside |= words[i] - base_;
    return outside < kRange;
  }

  /// Moves the range so that it covers [low, high] with the spare room on both sides; false if they
  /// are too far apart. All keys stored so far must lie between the two.
  bool cover(std::uint64_t low, std::uint64_t high);

  /// The position plus one of the key's entry, 0 if it has none.
  std::uint32_t& operator[](std::uint64_t word) noexcept { return places_[word % kRange]; }

  /// All of them; a key's is at its word % kRange.
  std::uint32_t* places() noexcept { return places_.data(); }

  /// Forgets all keys and the range.
  void clear() noexcept;
  /// Forgets the range; the caller has set the place of every key to 0.
  void forget_range() noexcept { open_ = false; }

  std::size_t bytes() const noexcept { return places_.bytes(); }

 private:
  CombineBuffer<std::uint32_t> places_;
  std::uint64_t base_ = 0;
  bool open_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
