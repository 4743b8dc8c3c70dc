#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Owns one object: what the library uses of std::unique_ptr, each instance of which costs every
/// user 5 ms of compile time. T may be incomplete until the destructor is instantiated.
template <class T>
class Box {
 public:
  constexpr Box() noexcept = default;
  constexpr Box(std::nullptr_t) noexcept {}
  constexpr explicit Box(T* object) noexcept : object_(object) {}
  template <class U>
  Box(std::unique_ptr<U> other) noexcept : object_(other.release()) {}
  Box(Box&& other) noexcept : object_(other.release()) {}
  Box& operator=(Box&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~Box() {
    static_assert(sizeof(T) > 0, "the type must be complete");
    delete object_;
  }

  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  bool operator==(std::nullptr_t) const noexcept { return object_ == nullptr; }
  T* release() noexcept {
    T* const object = object_;
    object_ = nullptr;
    return object;
  }
  void reset(T* object = nullptr) noexcept {
    T* const before = object_;
    object_ = object;
    delete before;
  }

 private:
  T* object_ = nullptr;
};

/// The same for an array.
template <class T>
class Box<T[]> {
 public:
  constexpr Box() noexcept = default;
  constexpr explicit Box(T* objects) noexcept : objects_(objects) {}
  Box(Box&& other) noexcept : objects_(other.objects_) { other.objects_ = nullptr; }
  Box& operator=(Box&& other) noexcept {
    T* const before = objects_;
    objects_ = other.objects_;
    other.objects_ = nullptr;
    if (before != objects_) delete[] before;
    return *this;
  }
  ~Box() { delete[] objects_; }

  T* get() const noexcept { return objects_; }
  T& operator[](std::size_t i) const noexcept { return objects_[i]; }
  bool operator==(std::nullptr_t) const noexcept { return objects_ == nullptr; }

 private:
  T* objects_ = nullptr;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
