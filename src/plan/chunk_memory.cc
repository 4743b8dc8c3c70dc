#include "dstream/detail/chunk_buffer.h"

namespace dstream {
inline namespace v1 {
namespace detail {

ChunkMemory::ChunkMemory(std::uint32_t record_size, std::uint32_t alignment, std::size_t capacity)
    : record_size_(record_size), alignment_(alignment) {
  allocate(capacity);
}

ChunkMemory::~ChunkMemory() { release(); }

void ChunkMemory::grow(std::size_t capacity) {
  release();
  allocate(capacity);
}

void ChunkMemory::hand_on(Step& owner) { owner.hand_on({data_, size_, true}); }

void ChunkMemory::allocate(std::size_t capacity) {
  data_ = ::operator new(capacity* record_size_, std::align_val_t(alignment_));
  capacity_ = capacity;
}

void ChunkMemory::release() noexcept {
  unpoison(data_, capacity_ * record_size_);
  ::operator delete(data_, std::align_val_t(alignment_));
  data_ = nullptr;  // should allocate() throw
  capacity_ = 0;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
