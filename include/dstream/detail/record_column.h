#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Records in the hands of library code that does not know their type. Shuffles are written against
// these classes, so that a user's code instantiates only the few loops that touch records.

/// The type of records that are only handed on: they are never moved.
template <class T>
constexpr ElementType make_result_type() {
  ElementType type{sizeof(T), alignof(T), nullptr, nullptr};
  if constexpr (!std::is_trivially_destructible_v<T>) type.destroy = &destroy_elements<T>;
  return type;
}
template <class T>
inline constexpr ElementType kResultType = make_result_type<T>();

/// A growable array of records of one type, as CombineMemory keeps them. Not thread-safe.
class RecordColumn : private CombineMemory {
 public:
  explicit RecordColumn(const ElementType& type) noexcept : CombineMemory(type) {}

  using CombineMemory::bytes;
  using CombineMemory::clear;
  using CombineMemory::size;
  using CombineMemory::type;
  std::byte* at(std::size_t i) noexcept {
    return static_cast<std::byte*>(memory()) + i * type().size;
  }
  const std::byte* at(std::size_t i) const noexcept {
    return static_cast<const std::byte*>(memory()) + i * type().size;
  }

  /// Makes room for `count` more records; the place of the first.
  void* room(std::size_t count) {
    reserve(size() + count);
    return at(size());
  }
  /// Takes over records that the caller has made behind the last.
  void added(std::size_t count) noexcept { counted() += count; }
  /// Changes contents with another column of the type.
  void swap(RecordColumn& other) noexcept { CombineMemory::swap(other); }
};

/// What a reader hands on, chunk by chunk. As ChunkBuffer an empty one is poisoned under
/// AddressSanitizer.
class DSTREAM_EXPORT RecordOutput {
 public:
  /// Hands on `capacity` records at once.
  RecordOutput(const ElementType& type, std::size_t capacity);
  RecordOutput(const RecordOutput&) = delete;
  RecordOutput& operator=(const RecordOutput&) = delete;
  ~RecordOutput();

  /// Where the next record goes, after what is there has been handed on if there was no room.
  std::byte* place(Step& to);
  /// How many records fit behind place().
  std::size_t room() const noexcept { return capacity_ - size_; }
  /// Counts what was made at place().
  std::size_t& size() noexcept { return size_; }
  void pass_on(Step& to);
  void clear() noexcept;

 private:
  const ElementType* type_;
  std::byte* data_;
  std::size_t size_ = 0;
  std::size_t capacity_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
