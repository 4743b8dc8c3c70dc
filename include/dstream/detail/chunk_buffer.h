#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include <dstream/detail/poison.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Memory for a chunk of records of any type.
class DSTREAM_EXPORT ChunkMemory {
 protected:
  ChunkMemory(std::uint32_t record_size, std::uint32_t alignment, std::size_t capacity);
  ChunkMemory(const ChunkMemory&) = delete;
  ChunkMemory& operator=(const ChunkMemory&) = delete;
  /// Destroys no records.
  ~ChunkMemory();

  /// Replaces the memory of an empty buffer by more.
  void grow(std::size_t capacity);
  /// Hands the records to the step behind `owner`.
  void hand_on(Step& owner);
  /// Notes that there are no records; under AddressSanitizer nobody may look at them any more.
  void forget() noexcept {
    size_ = 0;
    poison(data_, capacity_ * record_size_);
  }

  void* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  const std::uint32_t record_size_;

 private:
  void allocate(std::size_t capacity);
  void release() noexcept;

  const std::uint32_t alignment_;
};

/// The reused output buffer of a step. Holds up to a chunk of records; pass_on() hands them to the
/// step behind `owner` and empties the buffer. Under AddressSanitizer an empty buffer is poisoned
/// until it is written to again, so that views into records that are gone are noticed.
template <class T>
class ChunkBuffer : private ChunkMemory {
 public:
  explicit ChunkBuffer(std::size_t capacity = chunk_capacity<T>())
      : ChunkMemory(sizeof(T), alignof(T) > 64 ? alignof(T) : 64, capacity) {}
  ~ChunkBuffer() { destroy(); }

  std::size_t size() const { return size_; }
  std::size_t room() const { return capacity_ - size_; }
  bool full() const { return size_ == capacity_; }
  /// Where the next record goes; the memory behind it may be written to.
  T* end() {
    if (size_ == 0) unpoison(data_, capacity_ * sizeof(T));
    return static_cast<T*>(data_) + size_;
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
    if (count > capacity_) grow(count);
  }

  void pass_on(Step& owner) {
    if (size_ == 0) return;
    hand_on(owner);
    clear();
  }

  void clear() noexcept {
    destroy();
    forget();
  }

 private:
  void destroy() noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      for (std::size_t i = 0; i < size_; ++i) static_cast<T*>(data_)[i].~T();
    }
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
