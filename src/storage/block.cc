#include "dstream/block.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/copy_lines.h"
#include "dstream/batch.h"
#include "dstream/detail/collector.h"
#include "dstream/error.h"
#include "storage/text_pool.h"

namespace dstream {
inline namespace v1 {
namespace detail {

Block::~Block() = default;

RecordBlock::~RecordBlock() = default;

std::size_t RecordBlock::bytes() const {
  return sizeof(*this) + records_.capacity() * records_.type().size;
}

void RecordBlock::read(std::size_t begin, std::size_t end, Step& to) const {
  const RecordType& type = records_.type();
  hand_on(type, records_.data() + begin * type.size, end - begin, to);
}

BlockPtr make_record_block(RecordArray records) {
  return std::make_shared<RecordBlock>(std::move(records));
}

namespace {

class RecordCollector final : public Terminal {
 public:
  RecordCollector(const RecordType& type, std::size_t limit) : limit_(limit), records_(type) {}

  void process(Chunk chunk) override {
    const std::size_t room = limit_ - records_.size();
    records_.append(chunk, chunk.size < room ? chunk.size : room);
  }
  void reset() noexcept override { records_.clear(); }
  SliceOutputPtr take() override { return std::make_shared<RecordBlock>(std::move(records_)); }

 private:
  const std::size_t limit_;
  RecordArray records_;
};

class TextCollector final : public Terminal {
 public:
  explicit TextCollector(std::size_t limit) : limit_(limit) {}

  void process(Chunk chunk) override {
    const std::size_t room = limit_ - builder_.size();
    const auto texts = chunk.records<std::string_view>();
    for (const std::string_view text : texts.first(chunk.size < room ? chunk.size : room)) {
      builder_.append(text);
    }
  }
  void reset() noexcept override { builder_.clear(); }
  SliceOutputPtr take() override { return builder_.finish(); }

 private:
  const std::size_t limit_;
  BlockBuilder<std::string_view> builder_;
};

}  // namespace

TerminalPtr make_record_collector(const RecordType& type, std::size_t limit) {
  return TerminalPtr(new RecordCollector(type, limit));
}
TerminalPtr make_text_collector(std::size_t limit) { return TerminalPtr(new TextCollector(limit)); }

RecordRuns::RecordRuns(std::vector<BlockPtr>& blocks)
    : blocks_(std::exchange(blocks, {})), runs_(new RecordRun[blocks_.size()]) {
  RecordRun* run = runs_.get();
  for (const BlockPtr& block : blocks_) {
    const RecordArray& records = static_cast<const RecordBlock&>(*block).kept();
    if (records.size() == 0) continue;
    *run++ = {records.data(), records.size(), block.use_count() == 1};
    size_ += records.size();
  }
}
RecordRuns::~RecordRuns() = default;

void RecordRuns::copy_to(void* to, std::size_t record_size) const {
  auto* end = static_cast<std::byte*>(to);
  const RecordRun* run = runs_.get();
  for (std::size_t left = size_; left != 0; left -= run++->count) {
    std::memcpy(end, run->records, run->count * record_size);
    end += run->count * record_size;
  }
}

namespace {

void add_texts(const Block& block, std::vector<std::string>& texts) {
  const auto& text = static_cast<const TextBlock&>(block);
  for (std::size_t i = 0; i < text.size(); ++i) texts.emplace_back(text[i]);
}

}  // namespace

std::vector<std::string> take_texts(std::vector<BlockPtr>& blocks) {
  std::size_t size = 0;
  for (const BlockPtr& block : blocks) size += block->size();
  std::vector<std::string> texts;
  texts.reserve(size);
  for (const BlockPtr& block : std::exchange(blocks, {})) add_texts(*block, texts);
  return texts;
}

std::vector<std::string> texts_of(const Block& block) {
  std::vector<std::string> texts;
  texts.reserve(block.size());
  add_texts(block, texts);
  return texts;
}

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
  // Few, so that the lines that they point at leave them in the first-level cache.
  constexpr std::size_t kCapacity = 256;
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
  detail::LineCopy copy{text.data(),
                        text.data() + text.size(),
                        bytes_.data() + bytes_.size(),
                        bytes_.data(),
                        nullptr,
                        nullptr,
                        max_line_bytes};
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

void BlockBuilder<std::string_view>::reserve(std::size_t records) { offsets_.reserve(records + 1); }

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
