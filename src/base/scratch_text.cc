#include "dstream/detail/scratch_text.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace detail {

struct ScratchText::Blocks {
  struct Block {
    std::unique_ptr<char[]> text;
    std::size_t size = 0;
  };
  std::vector<Block> all;
};

ScratchText::ScratchText() noexcept = default;
ScratchText::ScratchText(const ScratchText&) noexcept {}
ScratchText::~ScratchText() = default;

void ScratchText::grow(std::size_t size) {
  constexpr std::size_t kLeast = std::size_t{4} << 10;
  if (blocks_ == nullptr) blocks_.reset(new Blocks);
  auto& blocks = blocks_->all;
  const std::size_t bytes = std::max({kLeast, size, blocks.empty() ? 0 : 2 * blocks.back().size});
  blocks.push_back({std::unique_ptr<char[]>(new char[bytes]), bytes});
  next_ = blocks.back().text.get();
  left_ = bytes;
}

/// One block that is large enough for most is enough.
void ScratchText::reset() {
  auto& blocks = blocks_->all;
  std::swap(blocks.front(), blocks.back());
  blocks.resize(1);
  next_ = blocks.front().text.get();
  left_ = blocks.front().size;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
