#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/box.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/record_array.h>
#include <dstream/export.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Records of the host that are to be put at rest, without their type. Whoever puts them there may
/// take them apart.
struct HostRecords {
  const RecordType* type;  ///< null: std::string_view
  void* data;
  std::size_t size;
};

/// Puts the records at rest in `pieces` blocks of nearly equal size, as Spark cuts them, and appends
/// the blocks; text in more where it exceeds a block. No block for no records.
DSTREAM_EXPORT void append_copied(const HostRecords& records, std::size_t pieces,
                                  std::vector<BlockPtr>& blocks);
/// Appends one block that is `owner`, which holds the records.
DSTREAM_EXPORT void append_adopted(const HostRecords& records, std::size_t capacity,
                                   const void* owner, void (*destroy)(const void* owner),
                                   std::vector<BlockPtr>& blocks);

/// Calls `use(HostRecords)` for the records.
template <class T, class Use>
void with_host_records(std::vector<T>& records, const Use& use) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    use(HostRecords{nullptr, records.data(), records.size()});
  } else if constexpr (std::is_same_v<T, bool>) {
    const Box<bool[]> bytes(new bool[records.size()]);
    for (std::size_t i = 0; i < records.size(); ++i) bytes[i] = records[i];
    use(HostRecords{&kRecordType<T>, bytes.get(), records.size()});
  } else {
    use(HostRecords{&kRecordType<T>, records.data(), records.size()});
  }
}

/// Puts `records` at rest, in one block unless text exceeds a block, and appends the blocks. No
/// block for no records. The records of types that own what they hold are not copied.
template <class T>
void append_blocks(std::vector<T>&& records, std::vector<BlockPtr>& blocks) {
  if constexpr (std::is_same_v<T, Owned<T>> && !std::is_same_v<T, bool>) {
    if (records.empty()) return;
    auto* const owner = new std::vector<T>(std::move(records));
    append_adopted({&kRecordType<T>, owner->data(), owner->size()}, owner->capacity(), owner,
                   &destroy_object<std::vector<T>>, blocks);
  } else {
    with_host_records(records, [&](const HostRecords& all) { append_copied(all, 1, blocks); });
  }
}

/// The same in `pieces` blocks of nearly equal size, in one if it is 0.
template <class T>
std::vector<BlockPtr> blocks_of(std::vector<T>&& records, std::size_t pieces) {
  std::vector<BlockPtr> blocks;
  if (pieces <= 1) {
    append_blocks<T>(std::move(records), blocks);
  } else {
    with_host_records(records, [&](const HostRecords& all) { append_copied(all, pieces, blocks); });
  }
  return blocks;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
