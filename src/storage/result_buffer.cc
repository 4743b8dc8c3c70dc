#include "storage/result_buffer.h"

#include <new>

#include <dstream/detail/poison.h>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

std::align_val_t alignment_of(const ElementType& type) {
  constexpr std::size_t kCacheLine = 64;
  return std::align_val_t(type.alignment > kCacheLine ? type.alignment : kCacheLine);
}

}  // namespace

ResultBuffer::ResultBuffer(const ElementType& type)
    : type_(type),
      capacity_(chunk_capacity(type.size)),
      data_(::operator new(capacity_ * type.size, alignment_of(type))) {}

ResultBuffer::~ResultBuffer() {
  clear();
  unpoison(data_, capacity_ * type_.size);
  ::operator delete(data_, alignment_of(type_));
}

void* ResultBuffer::begin() noexcept {
  if (size_ == 0) unpoison(data_, capacity_ * type_.size);
  return data_;
}

void ResultBuffer::pass_on(Step& to) {
  if (size_ == 0) return;
  to.process({data_, size_, true});
  clear();
}

void ResultBuffer::clear() noexcept {
  if (type_.destroy != nullptr) type_.destroy(data_, size_);
  size_ = 0;
  poison(data_, capacity_ * type_.size);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
