#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <dstream/block.h>
#include <dstream/codec.h>
#include <dstream/detail/object_file.h>
#include <dstream/detail/record_array.h>
#include <dstream/export.h>
#include <dstream/owned.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// How records of one type T are written to an object file and read back.
struct BlockFormat {
  /// The name of the type's owned form.
  std::string_view type;
  const RecordType* records;  ///< null: std::string_view
  std::uint32_t record_size;  ///< of a T
  /// Appends the code of a T as a record. Null where the type has no codec, and `decode` with it.
  void (*encode)(std::string& out, const void* record);
  /// Reads one record's code; not called for text.
  void (*decode)(ByteReader& reader, RecordArray& to);

  bool has_codec() const { return encode != nullptr; }
};

/// Writes all records of a block.
DSTREAM_EXPORT void write_block(const BlockFormat& format, const Block& block,
                                ObjectFileWriter& to);
/// Reads the whole file into blocks of these sizes; where none are given, of 64 Ki records.
DSTREAM_EXPORT std::vector<BlockPtr> read_blocks(const BlockFormat& format, ObjectFileReader& from,
                                                 std::span<const std::size_t> sizes);

template <class T>
void encode_record(std::string& out, const void* record) {
  append_object_record(out, *static_cast<const T*>(record));
}
template <class T>
void decode_record(ByteReader& reader, RecordArray& to) {
  to.emplace<Owned<T>>(Codec<Owned<T>>::decode(reader));
}

template <class T>
constexpr BlockFormat make_block_format() {
  if constexpr (!kHasObjectForm<T>) {
    return {type_name<Owned<T>>(), nullptr, sizeof(T), nullptr, nullptr};
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return {type_name<Owned<T>>(), nullptr, sizeof(T), &encode_record<T>, nullptr};
  } else {
    return {type_name<Owned<T>>(), &kRecordType<T>, sizeof(T), &encode_record<T>,
            &decode_record<T>};
  }
}

template <class T>
inline constexpr BlockFormat kBlockFormat = make_block_format<T>();

}  // namespace detail
}  // namespace v1
}  // namespace dstream
