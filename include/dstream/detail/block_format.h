#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/codec.h>
#include <dstream/detail/object_file.h>
#include <dstream/detail/step.h>
#include <dstream/owned.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// How blocks of one element type are written to an object file and read back.
struct BlockFormat {
  /// The name of the type's owned form.
  std::string_view type;
  /// Writes all records of a block. Null where the type has no codec, and `read` with it.
  void (*write)(const Block& block, ObjectFileWriter& to);
  /// Reads the whole file into blocks of these sizes; where none are given, of 64 Ki records.
  std::vector<BlockPtr> (*read)(ObjectFileReader& from, std::span<const std::size_t> sizes);

  bool has_codec() const { return write != nullptr; }
};

/// Writes the chunks that it is given.
template <class T>
class WriteStep final : public Step {
 public:
  explicit WriteStep(ObjectFileWriter& to) : to_(to) {}
  void process(Chunk chunk) override {
    for (const T& record : chunk.records<T>()) to_.write(record);
  }

 private:
  ObjectFileWriter& to_;
};

template <class T>
void write_block(const Block& block, ObjectFileWriter& to) {
  WriteStep<T> step(to);
  block.read(0, block.size(), step);
}

template <class T>
std::vector<BlockPtr> read_blocks(ObjectFileReader& from, std::span<const std::size_t> sizes) {
  constexpr std::size_t kBlockRecords = std::size_t{64} << 10;
  std::vector<BlockPtr> blocks;
  BlockBuilder<T> builder;
  const auto size = [&] {
    return blocks.size() < sizes.size() ? sizes[blocks.size()] : kBlockRecords;
  };
  std::span<const std::byte> code;
  while (from.next(code)) {
    while (builder.size() == size()) blocks.push_back(builder.finish());
    ByteReader reader(code);
    if constexpr (std::is_same_v<T, std::string_view>) {
      builder.append(reader.read_text());
    } else {
      builder.append_owned(Codec<Owned<T>>::decode(reader));
    }
    if (reader.remaining() != 0) throw_corrupt("a record is longer than its value");
  }
  if (builder.size() != 0) blocks.push_back(builder.finish());
  while (blocks.size() < sizes.size()) blocks.push_back(builder.finish());
  return blocks;
}

template <class T>
constexpr BlockFormat make_block_format() {
  if constexpr (kHasObjectForm<T>) {
    return {type_name<Owned<T>>(), &write_block<T>, &read_blocks<T>};
  } else {
    return {type_name<Owned<T>>(), nullptr, nullptr};
  }
}

template <class T>
inline constexpr BlockFormat kBlockFormat = make_block_format<T>();

}  // namespace detail
}  // namespace v1
}  // namespace dstream
