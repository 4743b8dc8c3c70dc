#include "dstream/detail/record_column.h"

#include <new>

#include "dstream/detail/poison.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

std::align_val_t alignment_of(const ElementType& type) {
  constexpr std::size_t kCacheLine = 64;
  return std::align_val_t{type.alignment > kCacheLine ? type.alignment : kCacheLine};
}

std::byte* allocate(const ElementType& type, std::size_t count) {
  return static_cast<std::byte*>(::operator new(count* type.size, alignment_of(type)));
}

void release_memory(const ElementType& type, std::byte* data) noexcept {
  ::operator delete(data, alignment_of(type));
}

void destroy(const ElementType& type, std::byte* data, std::size_t count) noexcept {
  if (type.destroy != nullptr) type.destroy(data, count);
}

}  // namespace

RecordOutput::RecordOutput(const ElementType& type, std::size_t capacity)
    : type_(&type), data_(allocate(type, capacity)), capacity_(capacity) {}

RecordOutput::~RecordOutput() {
  clear();
  unpoison(data_, capacity_ * type_->size);
  release_memory(*type_, data_);
}

std::byte* RecordOutput::place(Step& to) {
  if (size_ == capacity_) pass_on(to);
  if (size_ == 0) unpoison(data_, capacity_ * type_->size);
  return data_ + size_ * type_->size;
}

void RecordOutput::pass_on(Step& to) {
  if (size_ == 0) return;
  to.process({data_, size_, true});
  clear();
}

void RecordOutput::clear() noexcept {
  destroy(*type_, data_, size_);
  size_ = 0;
  poison(data_, capacity_ * type_->size);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
