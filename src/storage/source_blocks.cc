#include "dstream/detail/source_blocks.h"

#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

void append_text(const std::string_view* texts, std::size_t count, std::vector<BlockPtr>& blocks) {
  BlockBuilder<std::string_view> builder;
  builder.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (builder.full()) blocks.push_back(builder.finish());
    builder.append(texts[i]);
  }
  blocks.push_back(builder.finish());
}

/// [begin, end) of the i-th of `slices` nearly equal pieces of `size` records, as Spark cuts them.
std::pair<std::size_t, std::size_t> piece_of(std::size_t size, std::size_t slices, std::size_t i) {
  const std::size_t each = size / slices;
  const std::size_t rest = size % slices;
  return {each * i + rest * i / slices, each * (i + 1) + rest * (i + 1) / slices};
}

}  // namespace

void append_copied(const HostRecords& records, std::size_t pieces, std::vector<BlockPtr>& blocks) {
  if (records.size == 0) return;
  if (pieces > records.size) pieces = records.size;
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto [begin, end] = piece_of(records.size, pieces, i);
    if (records.type == nullptr) {
      append_text(static_cast<const std::string_view*>(records.data) + begin, end - begin, blocks);
      continue;
    }
    RecordArray piece(*records.type);
    auto* const first = static_cast<std::byte*>(records.data) + begin * records.type->source_size;
    piece.append({first, end - begin, true}, end - begin);
    blocks.push_back(make_record_block(std::move(piece)));
  }
}

void append_adopted(const HostRecords& records, std::size_t capacity, const void* owner,
                    void (*destroy)(const void* owner), std::vector<BlockPtr>& blocks) {
  blocks.push_back(make_record_block(
      RecordArray(*records.type, records.data, records.size, capacity, owner, destroy)));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
