#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Puts `records` at rest, in one block unless text exceeds a block, and appends the blocks. No
/// block for no records. The records of types that own what they hold are not copied.
template <class T>
void append_blocks(std::vector<T> records, std::vector<BlockPtr>& blocks) {
  if (records.empty()) return;
  if constexpr (std::is_same_v<T, Owned<T>> && std::is_same_v<Array<T>, std::vector<T>>) {
    blocks.push_back(std::make_shared<ArrayBlock<T>>(std::move(records)));
  } else {
    BlockBuilder<T> builder;
    builder.reserve(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (builder.full()) blocks.push_back(builder.finish());
      builder.append(static_cast<const T&>(records[i]));
    }
    blocks.push_back(builder.finish());
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
