#pragma once

#include <cstddef>
#include <memory>
#include <new>
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

/// Types whose copies are copies of their bytes: as trivially copyable, but assignment does not
/// matter, which std::pair defines.
template <class T>
inline constexpr bool kPlain =
    std::is_trivially_copy_constructible_v<T>&& std::is_trivially_destructible_v<T>;

template <class T>
void destroy_records(void* first, std::size_t count) noexcept {
  for (T* record = static_cast<T*>(first); count != 0; --count) (record++)->~T();
}

/// Makes records at `to` of those at `from`, which stay to be destroyed. If it throws, none are
/// left at `to`.
template <class T>
void move_records(void* from, std::size_t count, void* to) {
  T* source = static_cast<T*>(from);
  T* target = static_cast<T*>(to);
  if constexpr (std::is_nothrow_move_constructible_v<T>) {
    for (; count != 0; --count) ::new (static_cast<void*>(target++)) T(std::move(*source++));
  } else {
    std::uninitialized_move_n(source, count, target);
  }
}

/// What there is to know of a type whose objects are kept and dropped.
struct RecordType {
  std::size_t size;
  std::size_t align;
  /// Null where bytes may be copied and forgotten, and where records are only handed on.
  void (*move)(void* from, std::size_t count, void* to);
  void (*destroy)(void* first, std::size_t count) noexcept;

  bool plain() const noexcept { return move == nullptr; }
};

/// The type of records that are kept.
template <class T>
constexpr RecordType make_record_type() {
  RecordType type{sizeof(T), alignof(T), nullptr, nullptr};
  if constexpr (!kPlain<T>) type.move = &move_records<T>;
  if constexpr (!std::is_trivially_destructible_v<T>) type.destroy = &destroy_records<T>;
  return type;
}
template <class T>
inline constexpr RecordType kRecordType = make_record_type<T>();

/// The type of records that are only handed on: they are never moved.
template <class T>
constexpr RecordType make_result_type() {
  RecordType type{sizeof(T), alignof(T), nullptr, nullptr};
  if constexpr (!std::is_trivially_destructible_v<T>) type.destroy = &destroy_records<T>;
  return type;
}
template <class T>
inline constexpr RecordType kResultType = make_result_type<T>();

/// A growable array of records of one type. clear() destroys the records and keeps the memory (see
/// ShrinkPolicy). Not thread-safe.
class DSTREAM_EXPORT RecordColumn {
 public:
  explicit RecordColumn(const RecordType& type) noexcept : type_(&type) {}
  RecordColumn(const RecordColumn&) = delete;
  RecordColumn& operator=(const RecordColumn&) = delete;
  ~RecordColumn();

  std::size_t size() const noexcept { return size_; }
  std::size_t bytes() const noexcept { return capacity_ * type_->size; }
  const RecordType& type() const noexcept { return *type_; }
  std::byte* at(std::size_t i) noexcept { return data_ + i * type_->size; }
  const std::byte* at(std::size_t i) const noexcept { return data_ + i * type_->size; }

  /// Makes room for `count` more records; the place of the first.
  void* room(std::size_t count);
  /// Takes over records that the caller has made behind the last.
  void added(std::size_t count) noexcept { size_ += count; }
  void clear() noexcept;
  /// Changes contents with another column of the type.
  void swap(RecordColumn& other) noexcept;

 private:
  void release() noexcept;

  const RecordType* type_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  ShrinkPolicy policy_;
};

/// What a reader hands on, chunk by chunk. As ChunkBuffer an empty one is poisoned under
/// AddressSanitizer.
class DSTREAM_EXPORT RecordOutput {
 public:
  /// Hands on `capacity` records at once.
  RecordOutput(const RecordType& type, std::size_t capacity);
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
  const RecordType* type_;
  std::byte* data_;
  std::size_t size_ = 0;
  std::size_t capacity_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
