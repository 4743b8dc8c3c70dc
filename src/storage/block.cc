#include "dstream/block.h"

#include <limits>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

Block::~Block() = default;

TextBlock::TextBlock(std::vector<char> bytes, std::vector<std::int32_t> offsets)
    : bytes_(std::move(bytes)), offsets_(std::move(offsets)) {}

TextBlock::~TextBlock() = default;

std::size_t TextBlock::bytes() const {
  return sizeof(*this) + bytes_.capacity() + offsets_.capacity() * sizeof(std::int32_t);
}

void TextBlock::read(std::size_t begin, std::size_t end, Step& to) const {
  constexpr std::size_t kCapacity = chunk_capacity<std::string_view>();
  std::string_view views[kCapacity];
  const char* const bytes = bytes_.data();
  while (begin < end) {
    const std::size_t count = end - begin < kCapacity ? end - begin : kCapacity;
    const std::int32_t* const offsets = offsets_.data() + begin;
    for (std::size_t i = 0; i < count; ++i) {
      views[i] = {bytes + offsets[i], static_cast<std::size_t>(offsets[i + 1] - offsets[i])};
    }
    to.process({views, count, true});
    begin += count;
  }
}

}  // namespace detail

BlockBuilder<std::string_view>::BlockBuilder() : offsets_(1, 0) {}
BlockBuilder<std::string_view>::~BlockBuilder() = default;
BlockBuilder<std::string_view>::BlockBuilder(BlockBuilder&&) noexcept = default;
BlockBuilder<std::string_view>& BlockBuilder<std::string_view>::operator=(BlockBuilder&&) noexcept =
    default;

void BlockBuilder<std::string_view>::append(std::string_view text) {
  const std::size_t end = bytes_.size() + text.size();
  if (end > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw Error(Errc::capacity,
                "a block of text holds at most 2 GiB; make batches or blocks smaller");
  }
  offsets_.push_back(static_cast<std::int32_t>(end));
  bytes_.insert(bytes_.end(), text.begin(), text.end());
}

void BlockBuilder<std::string_view>::clear() noexcept {
  bytes_.clear();
  offsets_.resize(1);
}

std::shared_ptr<detail::TextBlock> BlockBuilder<std::string_view>::finish() {
  auto block = std::make_shared<detail::TextBlock>(std::exchange(bytes_, {}),
                                                   std::exchange(offsets_, {0}));
  return block;
}

}  // namespace v1
}  // namespace dstream
