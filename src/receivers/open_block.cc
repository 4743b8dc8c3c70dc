#include "dstream/detail/block_generator.h"

#include <bit>

#include "storage/text_pool.h"

namespace dstream {
inline namespace v1 {
namespace detail {

OpenBlock::~OpenBlock() = default;
void OpenBlock::release_memory() {}

TypedOpenBlock<std::string_view>::TypedOpenBlock()
    : pool_(std::make_shared<TextPool>()), builder_(pool_) {}
TypedOpenBlock<std::string_view>::~TypedOpenBlock() = default;

TakenLines TypedOpenBlock<std::string_view>::append_lines(std::string_view text,
                                                          std::size_t max_line_bytes) {
  const std::size_t before = builder_.bytes();
  if (before < kReserveAtBytes && before + text.size() >= kReserveAtBytes) reserve_as_before();
  return builder_.append_lines(text, max_line_bytes);
}

std::size_t TypedOpenBlock<std::string_view>::size() const { return builder_.size(); }
std::size_t TypedOpenBlock<std::string_view>::bytes() const { return builder_.bytes(); }

BlockPtr TypedOpenBlock<std::string_view>::finish() {
  last_records_ = builder_.size();
  last_bytes_ = builder_.bytes();
  return builder_.finish();
}

void TypedOpenBlock<std::string_view>::release_memory() { pool_->clear(); }

void TypedOpenBlock<std::string_view>::reserve_as_before() {
  if (last_bytes_ <= 2 * kReserveAtBytes) return;
  // Rounded up by at most a quarter, so that the memory of one block fits the next.
  const std::size_t unit = std::bit_ceil(last_bytes_) / 8;
  builder_.reserve(last_records_ + last_records_ / 4);
  builder_.reserve_bytes((last_bytes_ + unit) / unit * unit);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
