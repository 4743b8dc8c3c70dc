#include "dstream/detail/record_column.h"

#include <cstring>

#include "dstream/detail/poison.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

std::align_val_t alignment_of(const RecordType& type) {
  constexpr std::size_t kCacheLine = 64;
  return std::align_val_t{type.align > kCacheLine ? type.align : kCacheLine};
}

std::byte* allocate(const RecordType& type, std::size_t count) {
  return static_cast<std::byte*>(::operator new(count* type.size, alignment_of(type)));
}

void release_memory(const RecordType& type, std::byte* data) noexcept {
  ::operator delete(data, alignment_of(type));
}

void destroy(const RecordType& type, std::byte* data, std::size_t count) noexcept {
  if (type.destroy != nullptr) type.destroy(data, count);
}

}  // namespace

RecordColumn::~RecordColumn() { release(); }

void* RecordColumn::room(std::size_t count) {
  const std::size_t needed = size_ + count;
  if (needed > capacity_) {
    std::size_t capacity = needed > 2 * capacity_ ? needed : 2 * capacity_;
    if (capacity < 16) capacity = 16;
    std::byte* const data = allocate(*type_, capacity);
    try {
      if (type_->plain()) {
        if (size_ != 0) std::memcpy(data, data_, size_ * type_->size);
      } else {
        type_->move(data_, size_, data);
      }
    } catch (...) {
      release_memory(*type_, data);
      throw;
    }
    destroy(*type_, data_, size_);
    release_memory(*type_, data_);
    data_ = data;
    capacity_ = capacity;
  }
  return at(size_);
}

void RecordColumn::clear() noexcept {
  const std::size_t used = size_ * type_->size;
  if (policy_.should_shrink(used, bytes())) return release();
  destroy(*type_, data_, size_);
  size_ = 0;
}

void RecordColumn::swap(RecordColumn& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(policy_, other.policy_);
}

void RecordColumn::release() noexcept {
  destroy(*type_, data_, size_);
  release_memory(*type_, data_);
  data_ = nullptr;
  size_ = 0;
  capacity_ = 0;
}

RecordOutput::RecordOutput(const RecordType& type, std::size_t capacity)
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
