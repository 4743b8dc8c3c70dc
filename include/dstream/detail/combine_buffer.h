#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Decides when recycled memory is far larger than its users need. Not thread-safe.
class ShrinkPolicy {
 public:
  /// Notes one round that needed `used` bytes of `held`. True if the memory is better given back:
  /// no round of the last 16 needed a quarter of it, and it is more than 64 KiB.
  bool should_shrink(std::size_t used, std::size_t held) noexcept {
    peak_ = used > peak_ ? used : peak_;
    if (++rounds_ < kRounds) return false;
    const bool wasteful = held > kAlwaysKept && held / 4 > peak_;
    peak_ = 0;
    rounds_ = 0;
    return wasteful;
  }

 private:
  static constexpr std::uint32_t kRounds = 16;
  static constexpr std::size_t kAlwaysKept = std::size_t{64} << 10;
  std::size_t peak_ = 0;
  std::uint32_t rounds_ = 0;
};

/// A growable array that never initialises what it has not been given, for recycled tables.
/// clear() destroys the elements and keeps the memory (see ShrinkPolicy). Not thread-safe.
template <class T>
class CombineBuffer {
 public:
  CombineBuffer() = default;
  CombineBuffer(CombineBuffer&& other) noexcept { swap(other); }
  CombineBuffer& operator=(CombineBuffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~CombineBuffer() {
    destroy_elements();
    release(data_);
  }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t bytes() const noexcept { return capacity_ * sizeof(T); }
  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  T& operator[](std::size_t i) noexcept { return data_[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_[i]; }

  /// Room for `count` elements in all; grows by doubling at least.
  void reserve(std::size_t count) {
    if (count > capacity_) grow(count > 2 * capacity_ ? count : 2 * capacity_);
  }

  /// Appends T{args...}; the caller has reserved the place.
  template <class... Args>
  T& emplace_reserved(Args&&... args) {
    T* place = ::new (static_cast<void*>(data_ + size_)) T{std::forward<Args>(args)...};
    ++size_;
    return *place;
  }

  /// Appends a value; the caller has reserved the place. Parentheses: a type that can be made of a
  /// list of itself would be wrapped by braces.
  void push_reserved(T&& value) {
    ::new (static_cast<void*>(data_ + size_)) T(std::move(value));
    ++size_;
  }

  /// Makes `count` elements of a trivial type, their bytes unspecified.
  void resize_uninitialized(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    reserve(count);
    size_ = count;
  }

  void clear() noexcept {
    const std::size_t used = size_ * sizeof(T);
    destroy_elements();
    if (policy_.should_shrink(used, bytes())) {
      release(data_);
      data_ = nullptr;
      capacity_ = 0;
    }
  }

  void swap(CombineBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(policy_, other.policy_);
  }

 private:
  static void release(T* data) noexcept {
    ::operator delete (static_cast<void*>(data), std::align_val_t{alignof(T)});
  }

  void destroy_elements() noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>) std::destroy_n(data_, size_);
    size_ = 0;
  }

  void grow(std::size_t capacity) {
    if (capacity < 16) capacity = 16;
    auto* data =
        static_cast<T*>(::operator new (capacity * sizeof(T), std::align_val_t{alignof(T)}));
    if constexpr (std::is_trivially_copyable_v<T>) {
      if (size_ != 0) std::memcpy(static_cast<void*>(data), data_, size_ * sizeof(T));
    } else {
      try {
        std::uninitialized_move_n(data_, size_, data);
      } catch (...) {
        release(data);
        throw;
      }
      std::destroy_n(data_, size_);
    }
    release(data_);
    data_ = data;
    capacity_ = capacity;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  ShrinkPolicy policy_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
