#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <dstream/detail/combine_buffer.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Keeps the bytes of long text keys at stable addresses until clear(). Not thread-safe.
class DSTREAM_EXPORT TextArena {
 public:
  /// Copies the bytes; the result stays valid until clear() or destruction.
  const char* store(std::string_view text);

  /// Drops all bytes; keeps one block of memory that would have held them all, within reason.
  void clear() noexcept;

  std::size_t bytes() const noexcept { return held_; }

  void swap(TextArena& other) noexcept;

 private:
  CombineBuffer<char> current_;
  std::vector<CombineBuffer<char>> full_;
  std::size_t held_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
