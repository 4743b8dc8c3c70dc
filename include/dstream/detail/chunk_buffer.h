#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <dstream/detail/poison.h>
#include <dstream/detail/step.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The reused output buffer of a step. Holds up to a chunk of records; pass_on() hands them to the
/// step behind `owner` and empties the buffer. Under AddressSanitizer an empty buffer is poisoned
/// until it is written to again, so that views into records that are gone are noticed.
template <class T>
class ChunkBuffer {
 public:
  explicit ChunkBuffer(std::size_t capacity = chunk_capacity<T>()) { allocate(capacity); }
  ChunkBuffer(const ChunkBuffer&) = delete;
  ChunkBuffer& operator=(const ChunkBuffer&) = delete;
  ~ChunkBuffer() {
    clear();
    release();
  }

  std::size_t size() const { return size_; }
  std::size_t room() const { return capacity_ - size_; }
  bool full() const { return size_ == capacity_; }
  /// Where the next record goes; the memory behind it may be written to.
  T* end() {
    if (size_ == 0) unpoison(data_, capacity_ * sizeof(T));
    return data_ + size_;
  }

  /// Takes over `count` records that the caller has constructed behind end().
  void added(std::size_t count) { size_ += count; }

  template <class... Args>
  void emplace(Args&&... args) {
    ::new (static_cast<void*>(end())) T(std::forward<Args>(args)...);
    ++size_;
  }

  /// Makes room for `count` records in an empty buffer.
  void ensure_capacity(std::size_t count) {
    if (count <= capacity_) return;
    release();
    allocate(count);
  }

  void pass_on(Step& owner) {
    if (size_ == 0) return;
    owner.hand_on({data_, size_, true});
    clear();
  }

  void clear() noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      for (std::size_t i = 0; i < size_; ++i) data_[i].~T();
    }
    size_ = 0;
    poison(data_, capacity_ * sizeof(T));
  }

 private:
  void allocate(std::size_t capacity) {
    data_ = static_cast<T*>(
        ::operator new(capacity * sizeof(T), std::align_val_t(alignof(T) > 64 ? alignof(T) : 64)));
    capacity_ = capacity;
  }
  void release() noexcept {
    unpoison(data_, capacity_ * sizeof(T));
    ::operator delete(data_, std::align_val_t(alignof(T) > 64 ? alignof(T) : 64));
    data_ = nullptr;  // should allocate() throw
    capacity_ = 0;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
