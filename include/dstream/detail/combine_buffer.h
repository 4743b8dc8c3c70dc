#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include <dstream/export.h>

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

/// Whether copying the bytes of a T is all there is to copying and moving it. Wider than trivially
/// copyable: std::pair has assignments of its own, and nothing here assigns.
template <class T>
inline constexpr bool kIsBytes =
    std::is_trivially_copy_constructible_v<T> && std::is_trivially_move_constructible_v<T> &&
    std::is_trivially_destructible_v<T>;

/// What untyped memory has to know of the elements in it.
struct ElementType {
  std::uint32_t size;
  std::uint32_t alignment;
  /// Makes `count` elements at `to` of from[order[i]], or of from[i] where there is no order; after
  /// an exception none. Null: their bytes do.
  void (*move)(void* to, void* from, const std::uint32_t* order, std::size_t count);
  /// Null: nothing to do.
  void (*destroy)(void* elements, std::size_t count) noexcept;

  bool is_bytes() const noexcept { return move == nullptr; }
};

/// A growable array of elements whose type is known at run time only. It never initialises what it
/// has not been given, for recycled tables. clear() destroys the elements and keeps the memory (see
/// ShrinkPolicy). Not thread-safe.
class DSTREAM_EXPORT CombineMemory {
 public:
  explicit CombineMemory(const ElementType& type) noexcept : type_(&type) {}
  CombineMemory(CombineMemory&& other) noexcept : type_(other.type_) { swap(other); }
  CombineMemory& operator=(CombineMemory&& other) noexcept {
    swap(other);
    return *this;
  }
  ~CombineMemory();

  const ElementType& type() const noexcept { return *type_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t bytes() const noexcept { return capacity_ * type_->size; }
  void* memory() noexcept { return data_; }
  const void* memory() const noexcept { return data_; }

  /// Room for `count` elements in all; grows by doubling at least.
  void reserve(std::size_t count) {
    if (count > capacity_) grow(count);
  }
  /// The number of elements, for those who make them in place: each is counted once it is made.
  std::size_t& counted() noexcept { return size_; }
  /// Makes `count` elements of a trivial type, their bytes unspecified.
  void resize_uninitialized(std::size_t count) {
    reserve(count);
    size_ = count;
  }

  void clear() noexcept;
  /// Gives the memory back, too.
  void release() noexcept;
  void swap(CombineMemory& other) noexcept;

 private:
  void grow(std::size_t count);

  const ElementType* type_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  ShrinkPolicy policy_;
};

// Plain functions, and no cleanup where a move cannot throw: every user compiles them.
template <class T>
void move_elements(void* to, void* from, const std::uint32_t* order, std::size_t count) {
  T* const target = static_cast<T*>(to);
  T* const source = static_cast<T*>(from);
  std::size_t i = 0;
  if constexpr (std::is_nothrow_move_constructible_v<T>) {
    for (; i < count; ++i) {
      ::new (static_cast<void*>(target + i)) T(std::move(source[order == nullptr ? i : order[i]]));
    }
  } else {
    try {
      for (; i < count; ++i) {
        ::new (static_cast<void*>(target + i))
            T(std::move(source[order == nullptr ? i : order[i]]));
      }
    } catch (...) {
      while (i > 0) target[--i].~T();
      throw;
    }
  }
}

template <class T>
void destroy_elements(void* elements, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) static_cast<T*>(elements)[i].~T();
}

template <class T>
constexpr ElementType element_type() {
  ElementType type{sizeof(T), alignof(T), nullptr, nullptr};
  if constexpr (!kIsBytes<T>) type.move = &move_elements<T>;
  if constexpr (!std::is_trivially_destructible_v<T>) type.destroy = &destroy_elements<T>;
  return type;
}
template <class T>
inline constexpr ElementType kElementType = element_type<T>();

/// The type of records that are only handed on: they are never moved.
template <class T>
constexpr ElementType make_result_type() {
  ElementType type{sizeof(T), alignof(T), nullptr, nullptr};
  if constexpr (!std::is_trivially_destructible_v<T>) type.destroy = &destroy_elements<T>;
  return type;
}
template <class T>
inline constexpr ElementType kResultType = make_result_type<T>();

/// The same for elements of T.
template <class T>
class CombineBuffer : private CombineMemory {
 public:
  CombineBuffer() noexcept : CombineMemory(kElementType<T>) {}

  using CombineMemory::bytes;
  using CombineMemory::capacity;
  using CombineMemory::clear;
  using CombineMemory::release;
  using CombineMemory::reserve;
  using CombineMemory::size;

  T* data() noexcept { return static_cast<T*>(memory()); }
  const T* data() const noexcept { return static_cast<const T*>(memory()); }
  T& operator[](std::size_t i) noexcept { return data()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data()[i]; }

  /// Appends T{args...}; the caller has reserved the place.
  template <class... Args>
  T& emplace_reserved(Args&&... args) {
    T* place = ::new (static_cast<void*>(data() + size())) T{std::forward<Args>(args)...};
    ++counted();
    return *place;
  }

  /// Appends a value; the caller has reserved the place. Parentheses: a type that can be made of a
  /// list of itself would be wrapped by braces.
  void push_reserved(T&& value) {
    ::new (static_cast<void*>(data() + size())) T(std::move(value));
    ++counted();
  }

  /// Makes `count` elements of a trivial type, their bytes unspecified.
  void resize_uninitialized(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    CombineMemory::resize_uninitialized(count);
  }

  void swap(CombineBuffer& other) noexcept { CombineMemory::swap(other); }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
