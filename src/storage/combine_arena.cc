#include <cstring>
#include <utility>

#include <dstream/detail/combine_arena.h>

namespace dstream {
inline namespace v1 {
namespace detail {

const char* TextArena::store(std::string_view text) {
  constexpr std::size_t kFirstBlock = std::size_t{4} << 10;
  constexpr std::size_t kLargestBlock = std::size_t{4} << 20;
  const std::size_t used = current_.size();
  if (current_.capacity() - used < text.size()) {
    std::size_t next = current_.capacity() == 0 ? kFirstBlock : 2 * current_.capacity();
    if (next > kLargestBlock) next = kLargestBlock;
    if (next < text.size()) next = text.size();
    CombineBuffer<char> block;
    block.reserve(next);
    if (current_.capacity() != 0) full_.push_back(std::move(current_));
    held_ += block.bytes();
    current_ = std::move(block);
    return store(text);
  }
  current_.resize_uninitialized(used + text.size());
  if (!text.empty()) std::memcpy(current_.data() + used, text.data(), text.size());
  return current_.data() + used;
}

void TextArena::clear() noexcept {
  full_.clear();
  current_.clear();
  held_ = current_.bytes();
}

void TextArena::swap(TextArena& other) noexcept {
  current_.swap(other.current_);
  full_.swap(other.full_);
  std::swap(held_, other.held_);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
