#include "plan/keyed_slice.h"

#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {

KeyedSlice::~KeyedSlice() = default;
std::size_t KeyedSlice::records(std::uint32_t partition) const { return slice.size(partition); }
std::size_t KeyedSlice::bytes() const { return slice.bytes(); }

EntrySlice* slice_with(const SliceOutputPtr& output, std::uint32_t partition) noexcept {
  EntrySlice& slice = static_cast<KeyedSlice&>(*output).slice;
  return slice.partitions() != 0 && slice.size(partition) != 0 ? &slice : nullptr;
}

std::shared_ptr<KeyedSlice> SlicePool::take() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto slice = std::move(idle_.back());
      idle_.pop_back();
      return slice;
    }
  }
  return std::make_shared<KeyedSlice>(type_);
}

void SlicePool::put_back(SliceOutputPtr output) {
  auto slice = std::static_pointer_cast<KeyedSlice>(std::move(output));
  slice->slice.clear();
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(slice));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
