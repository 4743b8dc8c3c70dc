#include "dstream/detail/block_format.h"

#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kBlockRecords = std::size_t{64} << 10;

/// Writes the chunks that it is given.
class WriteStep final : public Step {
 public:
  WriteStep(const BlockFormat& format, ObjectFileWriter& to) : format_(format), to_(to) {}
  void process(Chunk chunk) override {
    const auto* record = static_cast<const std::byte*>(chunk.data);
    for (std::size_t i = 0; i < chunk.size; ++i, record += format_.record_size) {
      to_.write_with(format_.encode, record);
    }
  }

 private:
  const BlockFormat& format_;
  ObjectFileWriter& to_;
};

/// Collects decoded records of any type.
class RecordReader {
 public:
  explicit RecordReader(const BlockFormat& format)
      : decode_(format.decode), records_(*format.records) {}
  std::size_t size() const { return records_.size(); }
  void add(ByteReader& reader) { decode_(reader, records_); }
  BlockPtr finish() { return make_record_block(std::move(records_)); }

 private:
  void (*decode_)(ByteReader& reader, RecordArray& to);
  RecordArray records_;
};

class TextReader {
 public:
  std::size_t size() const { return builder_.size(); }
  void add(ByteReader& reader) { builder_.append(reader.read_text()); }
  BlockPtr finish() { return builder_.finish(); }

 private:
  BlockBuilder<std::string_view> builder_;
};

template <class Reader>
std::vector<BlockPtr> read_all(Reader records, ObjectFileReader& from,
                               std::span<const std::size_t> sizes) {
  std::vector<BlockPtr> blocks;
  const auto size = [&] {
    return blocks.size() < sizes.size() ? sizes[blocks.size()] : kBlockRecords;
  };
  std::span<const std::byte> code;
  while (from.next(code)) {
    while (records.size() == size()) blocks.push_back(records.finish());
    ByteReader reader(code);
    records.add(reader);
    if (reader.remaining() != 0) throw_corrupt("a record is longer than its value");
  }
  if (records.size() != 0) blocks.push_back(records.finish());
  while (blocks.size() < sizes.size()) blocks.push_back(records.finish());
  return blocks;
}

}  // namespace

void write_block(const BlockFormat& format, const Block& block, ObjectFileWriter& to) {
  WriteStep step(format, to);
  block.read(0, block.size(), step);
}

std::vector<BlockPtr> read_blocks(const BlockFormat& format, ObjectFileReader& from,
                                  std::span<const std::size_t> sizes) {
  return format.records == nullptr ? read_all(TextReader(), from, sizes)
                                   : read_all(RecordReader(format), from, sizes);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
