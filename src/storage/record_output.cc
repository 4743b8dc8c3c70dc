#include "storage/record_output.h"

#include <algorithm>

namespace dstream {
inline namespace v1 {
namespace detail {

RecordOutput::RecordOutput(const ElementType& type, std::size_t capacity)
    : ChunkMemory(type.size, std::max(type.alignment, std::uint32_t{64}), capacity), type_(type) {}

std::byte* RecordOutput::place(Step& to) {
  if (size_ == capacity_) pass_on(to);
  if (size_ == 0) unpoison(data_, capacity_ * type_.size);
  return static_cast<std::byte*>(data_) + size_ * type_.size;
}

void RecordOutput::pass_on(Step& to) {
  if (size_ == 0) return;
  to.process({data_, size_, true});
  clear();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
