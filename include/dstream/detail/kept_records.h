#pragma once

#include <cstddef>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/borrow.h>
#include <dstream/detail/combine_arena.h>
#include <dstream/detail/record_column.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a record of T is kept as: text as a view of an arena, others as Owned<T>.
template <class T>
using Kept = std::conditional_t<std::is_same_v<T, std::string_view>, std::string_view, Owned<T>>;

/// How a record that is kept is looked at: in place where T is kept as it is.
template <class T>
using KeptReference = std::conditional_t<std::is_same_v<T, Kept<T>>, const T&, T>;
template <class T>
KeptReference<T> look_at(const void* kept) {
  if constexpr (std::is_same_v<T, Kept<T>>) {
    return *static_cast<const T*>(kept);
  } else {
    return borrow<T>(*static_cast<const Kept<T>*>(kept));
  }
}

/// Records that a slice keeps for the readers of a shuffle, in memory that clear() keeps. Not
/// thread-safe while it is written.
class DSTREAM_EXPORT KeptRecords {
 public:
  explicit KeptRecords(const ElementType& kept) : column(kept) {}

  /// Copies the bytes.
  void append_text(std::string_view text);
  std::size_t size() const noexcept { return column.size(); }
  std::size_t bytes() const noexcept { return column.bytes() + texts.bytes(); }
  void clear() noexcept {
    column.clear();
    texts.clear();
  }
  void swap(KeptRecords& other) noexcept {
    column.swap(other.column);
    texts.swap(other.texts);
  }

  RecordColumn column;
  TextArena texts;  // what kept views point to
};

/// How the library keeps records of a type.
struct RecordKeeping {
  const ElementType* kept;
  const ElementType* record;
  std::size_t chunk;  ///< records handed on at once
  bool as_is;         ///< kept as they are
  /// Keeps every `stride`-th record of the chunk, from `first`; null where bytes may be copied.
  void (*append)(const Chunk& from, std::size_t first, std::size_t stride, KeptRecords& to);
  /// Makes a record of what is kept; null where bytes may be copied.
  void (*read)(const void* kept, void* to);

  bool plain() const noexcept { return read == nullptr; }
};

/// Keeps `record`, moved where it may be.
template <class T, class Record>
void keep_record(Record&& record, KeptRecords& to) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    to.append_text(record);
  } else {
    ::new (to.column.room(1)) Kept<T>(own(std::forward<Record>(record)));
    to.column.added(1);
  }
}

template <class T>
void append_kept(const Chunk& from, std::size_t first, std::size_t stride, KeptRecords& to) {
  T* const records = static_cast<T*>(from.data);
  for (std::size_t i = first; i < from.size; i += stride) {
    if constexpr (!kIsBytes<Kept<T>>) {
      if (from.movable) {
        keep_record<T>(std::move(records[i]), to);
        continue;
      }
    }
    keep_record<T>(std::as_const(records[i]), to);
  }
}

template <class T>
void read_kept(const void* kept, void* to) {
  ::new (to) T(look_at<T>(kept));
}

template <class T>
constexpr RecordKeeping make_record_keeping() {
  constexpr bool kAsIs = std::is_same_v<T, Kept<T>>;
  RecordKeeping keeping{
      &kElementType<Kept<T>>, &kResultType<T>, chunk_capacity<T>(), kAsIs, nullptr, nullptr};
  if constexpr (!kAsIs || !kIsBytes<T> || std::is_same_v<T, std::string_view>) {
    keeping.append = &append_kept<T>;
  }
  if constexpr (!kAsIs || !kIsBytes<T>) keeping.read = &read_kept<T>;
  return keeping;
}
template <class T>
inline constexpr RecordKeeping kRecordKeeping = make_record_keeping<T>();

}  // namespace detail
}  // namespace v1
}  // namespace dstream
