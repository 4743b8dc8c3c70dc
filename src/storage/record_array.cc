#include "dstream/detail/record_array.h"

#include <cstring>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kFirstCapacity = 16;

// Memory of the usual alignment comes faster.
std::byte* allocate(const RecordType& type, std::size_t records) {
  const std::size_t bytes = records * type.size;
  return static_cast<std::byte*>(type.alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
                                     ? ::operator new(bytes)
                                     : ::operator new(bytes, std::align_val_t(type.alignment)));
}

void deallocate(const RecordType& type, std::byte* data) noexcept {
  if (type.alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return ::operator delete(data);
  ::operator delete(data, std::align_val_t(type.alignment));
}

}  // namespace

void hand_on(const RecordType& type, std::byte* records, std::size_t count, Step& to) {
  if (type.lend != nullptr) return type.lend(records, count, to);
  while (count != 0) {
    const std::size_t size = count < type.chunk_size ? count : type.chunk_size;
    to.process({records, size, false});
    records += size * type.size;
    count -= size;
  }
}

RecordArray::RecordArray(RecordArray&& other) noexcept
    : type_(other.type_),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      owner_(std::exchange(other.owner_, nullptr)),
      destroy_owner_(other.destroy_owner_) {}

RecordArray& RecordArray::operator=(RecordArray&& other) noexcept {
  if (this == &other) return *this;
  release();
  type_ = other.type_;
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  owner_ = std::exchange(other.owner_, nullptr);
  destroy_owner_ = other.destroy_owner_;
  return *this;
}

RecordArray::~RecordArray() { release(); }

void RecordArray::release() noexcept {
  if (owner_ != nullptr) return destroy_owner_(owner_);
  clear();
  deallocate(*type_, data_);
}

void RecordArray::clear() noexcept {
  if (type_->destroy != nullptr) type_->destroy(data_, size_);
  size_ = 0;
}

void RecordArray::grow() { reserve(capacity_ == 0 ? kFirstCapacity : 2 * capacity_); }

void RecordArray::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  std::byte* const data = allocate(*type_, capacity);
  if (type_->move_kept == nullptr) {
    if (size_ != 0) std::memcpy(data, data_, size_ * type_->size);
  } else {
    std::size_t moved = 0;
    try {
      type_->move_kept(data, data_, size_, true, moved);
    } catch (...) {
      type_->destroy(data, moved);
      deallocate(*type_, data);
      throw;
    }
    type_->destroy(data_, size_);
  }
  deallocate(*type_, data_);
  data_ = data;
  capacity_ = capacity;
}

void RecordArray::append(Chunk chunk, std::size_t count) {
  if (count == 0) return;
  if (count > capacity_ - size_) {
    reserve(size_ + count > 2 * capacity_ ? size_ + count : 2 * capacity_);
  }
  std::byte* const end = data_ + size_ * type_->size;
  if (type_->keep == nullptr) {
    std::memcpy(end, chunk.data, count * type_->size);
    size_ += count;
  } else {
    type_->keep(end, chunk.data, count, chunk.movable, size_);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
