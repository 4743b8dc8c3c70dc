#include <cstring>

#include <dstream/detail/combine_buffer.h>

namespace dstream {
inline namespace v1 {
namespace detail {

CombineMemory::~CombineMemory() { release(); }

void CombineMemory::release() noexcept {
  if (data_ == nullptr) return;
  if (type_->destroy != nullptr) type_->destroy(data_, size_);
  ::operator delete(data_, std::align_val_t{type_->alignment});
  data_ = nullptr;
  size_ = 0;
  capacity_ = 0;
}

void CombineMemory::clear() noexcept {
  const std::size_t used = size_ * type_->size;
  if (type_->destroy != nullptr) type_->destroy(data_, size_);
  size_ = 0;
  if (policy_.should_shrink(used, bytes())) release();
}

void CombineMemory::swap(CombineMemory& other) noexcept {
  std::swap(type_, other.type_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(policy_, other.policy_);
}

void CombineMemory::grow(std::size_t count) {
  constexpr std::size_t kLeast = 16;
  std::size_t capacity = count > 2 * capacity_ ? count : 2 * capacity_;
  if (capacity < kLeast) capacity = kLeast;
  const std::align_val_t alignment{type_->alignment};
  void* const data = ::operator new(capacity * type_->size, alignment);
  if (type_->move == nullptr) {
    if (size_ != 0) std::memcpy(data, data_, size_ * type_->size);
  } else {
    try {
      type_->move(data, data_, nullptr, size_);
    } catch (...) {
      ::operator delete(data, alignment);
      throw;
    }
  }
  const std::size_t size = size_;
  release();
  data_ = data;
  size_ = size;
  capacity_ = capacity;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
