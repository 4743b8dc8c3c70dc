#include "dstream/block.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/copy_lines.h"
#include "dstream/error.h"
#include "storage/text_pool.h"

namespace dstream {
inline namespace v1 {
namespace detail {

Block::~Block() = default;

TextBlock::TextBlock(CombineBuffer<char> bytes, CombineBuffer<std::int32_t> offsets,
                     std::shared_ptr<TextPool> pool)
    : bytes_(std::move(bytes)), offsets_(std::move(offsets)), pool_(std::move(pool)) {}

TextBlock::~TextBlock() {
  if (pool_) pool_->put(std::move(bytes_));
}

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

BlockBuilder<std::string_view>::BlockBuilder() : BlockBuilder(nullptr) {}
BlockBuilder<std::string_view>::BlockBuilder(std::shared_ptr<detail::TextPool> pool)
    : pool_(std::move(pool)) {
  offsets_.reserve(1);
  offsets_.emplace_reserved(0);
}
BlockBuilder<std::string_view>::~BlockBuilder() = default;
BlockBuilder<std::string_view>::BlockBuilder(BlockBuilder&&) noexcept = default;
BlockBuilder<std::string_view>& BlockBuilder<std::string_view>::operator=(BlockBuilder&&) noexcept =
    default;

void BlockBuilder<std::string_view>::reserve_bytes(std::size_t bytes) {
  if (bytes <= bytes_.capacity()) return;
  if (pool_) return pool_->grow(bytes_, bytes);
  bytes_.reserve(bytes);
}

void BlockBuilder<std::string_view>::make_room(std::size_t bytes) {
  const std::size_t end = bytes_.size() + bytes;
  if (end > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw Error(Errc::capacity,
                "a block of text holds at most 2 GiB; make batches or blocks smaller");
  }
  if (end > bytes_.capacity()) reserve_bytes(std::max(end, 2 * bytes_.capacity()));
}

void BlockBuilder<std::string_view>::append(std::string_view text) {
  make_room(text.size());
  offsets_.reserve(offsets_.size() + 1);
  const std::size_t begin = bytes_.size();
  bytes_.resize_uninitialized(begin + text.size());
  if (!text.empty()) std::memcpy(bytes_.data() + begin, text.data(), text.size());
  offsets_.emplace_reserved(static_cast<std::int32_t>(bytes_.size()));
}

detail::TakenLines BlockBuilder<std::string_view>::append_lines(std::string_view text,
                                                                std::size_t max_line_bytes) {
  constexpr std::size_t kMoreOffsets = 1024;
  make_room(text.size());
  detail::LineCopy copy{text.data(),  text.data() + text.size(), bytes_.data() + bytes_.size(),
                        bytes_.data(), nullptr, nullptr, max_line_bytes};
  bool overlong = false;
  do {
    offsets_.reserve(offsets_.size() + kMoreOffsets);
    copy.offsets = offsets_.data() + offsets_.size();
    copy.offset_end = offsets_.data() + offsets_.capacity();
    overlong = detail::copy_lines(copy);
    offsets_.resize_uninitialized(static_cast<std::size_t>(copy.offsets - offsets_.data()));
    bytes_.resize_uninitialized(static_cast<std::size_t>(copy.out - bytes_.data()));
  } while (copy.offsets == copy.offset_end && !overlong);
  return {static_cast<std::size_t>(copy.begin - text.data()), overlong};
}

void BlockBuilder<std::string_view>::clear() noexcept {
  bytes_.clear();
  offsets_.resize_uninitialized(1);
}

std::shared_ptr<detail::TextBlock> BlockBuilder<std::string_view>::finish() {
  BlockBuilder done(pool_);
  std::swap(*this, done);
  return std::make_shared<detail::TextBlock>(std::move(done.bytes_), std::move(done.offsets_),
                                             std::move(done.pool_));
}

}  // namespace v1
}  // namespace dstream
