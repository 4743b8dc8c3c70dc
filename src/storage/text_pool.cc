#include "storage/text_pool.h"

#include <cstring>
#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {

void TextPool::grow(CombineBuffer<char>& buffer, std::size_t bytes) {
  CombineBuffer<char> larger;
  if (bytes >= kSmallest) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = free_.size(); i-- > 0;) {
      if (free_[i].capacity() < bytes) continue;
      larger = std::move(free_[i]);
      free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(i));
      bytes_ -= larger.capacity();
      break;
    }
  }
  if (larger.capacity() == 0) return buffer.reserve(bytes);
  larger.resize_uninitialized(buffer.size());
  if (buffer.size() != 0) std::memcpy(larger.data(), buffer.data(), buffer.size());
  buffer.swap(larger);
}

void TextPool::put(CombineBuffer<char> buffer) noexcept {
  const std::size_t bytes = buffer.capacity();
  if (bytes < kSmallest || bytes > kLargest) return;
  const std::lock_guard lock(mutex_);
  if (bytes_ + bytes > kMaxBytes) return;
  try {
    free_.push_back(std::move(buffer));
  } catch (...) {
    return;  // no memory for the list: then it is not kept
  }
  bytes_ += bytes;
}

void TextPool::clear() noexcept {
  std::vector<CombineBuffer<char>> freed;
  const std::lock_guard lock(mutex_);
  freed.swap(free_);
  bytes_ = 0;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
