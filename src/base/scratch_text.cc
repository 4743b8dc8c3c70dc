#include "dstream/detail/scratch_text.h"

#include <algorithm>
#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {

void ScratchText::grow(std::size_t size) {
  constexpr std::size_t kLeast = std::size_t{4} << 10;
  const std::size_t bytes = std::max({kLeast, size, blocks_.empty() ? 0 : 2 * blocks_.back().size});
  blocks_.push_back({std::unique_ptr<char[]>(new char[bytes]), bytes});
  next_ = blocks_.back().text.get();
  left_ = bytes;
}

/// One block that is large enough for most is enough.
void ScratchText::reset() {
  std::swap(blocks_.front(), blocks_.back());
  blocks_.resize(1);
  next_ = blocks_.front().text.get();
  left_ = blocks_.front().size;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
