#pragma once

#include <cstddef>

#include <dstream/detail/combine_buffer.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// A growable array of records of one type, as CombineMemory keeps them, for library code that does
/// not know the type: shuffles are written against it, so that a user's code instantiates only the few
/// loops that touch records. Not thread-safe.
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

}  // namespace detail
}  // namespace v1
}  // namespace dstream
