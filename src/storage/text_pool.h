#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include <dstream/detail/combine_buffer.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Memory of blocks of text that nobody reads any more, for the next ones: fresh memory costs a page
/// fault for every 4 KiB. Bound: kMaxBytes, all given back by clear(). Owned by the builder and its
/// blocks together; thread-safe.
class TextPool {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20;

  /// Grows the buffer to `bytes`, with memory of the pool if it has a piece that is large enough.
  void grow(CombineBuffer<char>& buffer, std::size_t bytes);
  void put(CombineBuffer<char> buffer) noexcept;
  void clear() noexcept;

 private:
  /// Smaller ones are no trouble for the allocator, larger ones too much to keep.
  static constexpr std::size_t kSmallest = std::size_t{128} << 10;
  static constexpr std::size_t kLargest = std::size_t{4} << 20;

  std::mutex mutex_;                       // leaf
  std::vector<CombineBuffer<char>> free_;  // the last is the one that a cache may still hold
  std::size_t bytes_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
