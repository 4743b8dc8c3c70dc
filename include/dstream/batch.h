#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/owned.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// One batch of a stream as the host gets it: its time and its records, in slice order.
template <class T>
struct Batch {
  Time time;
  std::vector<Owned<T>> records;
};

namespace detail {

/// Adds a block's records to `out`; moves them where the block has no other owner.
template <class T>
void append_records(BlockPtr block, std::vector<Owned<T>>& out) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    const auto& text = static_cast<const TextBlock&>(*block);
    for (std::size_t i = 0; i < text.size(); ++i) out.emplace_back(text[i]);
  } else {
    const auto& array = static_cast<const ArrayBlock<T>&>(*block).array();
    if constexpr (!std::is_trivially_copyable_v<Owned<T>>) {
      if (block.use_count() == 1) {
        // Nobody else can read the block any more, and it was not made const.
        for (Owned<T>& record : const_cast<Array<Owned<T>>&>(array)) out.push_back(std::move(record));
        return;
      }
    }
    out.insert(out.end(), array.begin(), array.end());
  }
}

/// The records of blocks that collectors of T made, end to end. Takes over a lone block's array.
template <class T>
std::vector<Owned<T>> take_records(std::vector<BlockPtr> blocks) {
  std::vector<Owned<T>> records;
  if constexpr (!std::is_same_v<T, std::string_view> && !std::is_same_v<T, bool>) {
    if (blocks.size() == 1 && blocks.front().use_count() == 1) {
      auto& block = const_cast<Block&>(*blocks.front());
      return static_cast<ArrayBlock<T>&>(block).take_array();
    }
  }
  std::size_t size = 0;
  for (const BlockPtr& block : blocks) size += block->size();
  records.reserve(size);
  for (BlockPtr& block : blocks) append_records<T>(std::move(block), records);
  return records;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
