#pragma once

#include <cstddef>

#include <dstream/detail/box.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Memory for text that a decoder has to rewrite, such as fields with escapes: what take() gives
/// stays where it is until clear(). Keeps its blocks, which hold no more than what one call of
/// decode() was given. Copies are empty.
class DSTREAM_EXPORT ScratchText {
 public:
  ScratchText() noexcept;
  ScratchText(const ScratchText&) noexcept;
  ScratchText& operator=(const ScratchText&) { return *this; }
  ~ScratchText();

  /// Room for `size` characters.
  char* take(std::size_t size) {
    if (size > left_) grow(size);
    char* const place = next_;
    next_ += size;
    left_ -= size;
    return place;
  }
  void clear() {
    if (next_ != nullptr) reset();
  }

 private:
  struct Blocks;

  void grow(std::size_t size);
  void reset();

  Box<Blocks> blocks_;  // null before the first take()
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
