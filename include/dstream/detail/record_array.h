#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include <dstream/detail/borrow.h>
#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What the library must know of a type T to keep its records: a table, so that arrays, blocks and
/// collectors are compiled once, not once per type.
struct RecordType {
  std::uint32_t size;         ///< of a kept record, which is an Owned<T>; in bytes
  std::uint32_t alignment;    ///< of a kept record
  std::uint32_t source_size;  ///< of a T
  std::uint32_t chunk_size;   ///< records of T in a chunk at most
  /// Makes kept records of `count` T's, which it may take apart where `move` is set, and adds to
  /// `kept` one by one. Null where a copy of the bytes does it.
  void (*keep)(void* to, void* from, std::size_t count, bool move, std::size_t& kept);
  /// The same from kept records, which it takes apart.
  void (*move_kept)(void* to, void* from, std::size_t count, bool move, std::size_t& kept);
  /// Null where nothing is to be done.
  void (*destroy)(void* records, std::size_t count);
  /// Hands kept records on as T's, chunk by chunk. Null where T is what is kept.
  void (*lend)(const void* records, std::size_t count, Step& to);
};

template <class T>
void keep_records(void* to, void* from, std::size_t count, bool move, std::size_t& kept) {
  auto* const out = static_cast<Owned<T>*>(to);
  T* const in = static_cast<T*>(from);
  for (std::size_t i = 0; i < count; ++i, ++kept) {
    if (move) {
      ::new (static_cast<void*>(out + i)) Owned<T>(own(std::move(in[i])));
    } else {
      ::new (static_cast<void*>(out + i)) Owned<T>(own(static_cast<const T&>(in[i])));
    }
  }
}

template <class Stored>
void destroy_kept(void* records, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) static_cast<Stored*>(records)[i].~Stored();
}

template <class T>
void lend_records(const void* records, std::size_t count, Step& to) {
  ChunkBuffer<T> views;
  const auto* const kept = static_cast<const Owned<T>*>(records);
  for (std::size_t i = 0; i < count;) {
    while (i < count && !views.full()) views.emplace(borrow<T>(kept[i++]));
    to.process({views.end() - views.size(), views.size(), true});
    views.clear();
  }
}

template <class T>
constexpr RecordType make_record_type() {
  using Stored = Owned<T>;
  RecordType type{sizeof(Stored), alignof(Stored), sizeof(T), chunk_capacity<T>(),
                  nullptr,        nullptr,         nullptr,   nullptr};
  if constexpr (!std::is_same_v<T, Stored> || !kIsBytes<T>) {
    type.keep = &keep_records<T>;
    if constexpr (!kIsBytes<Stored>) {
      type.move_kept = &keep_records<Stored>;
      type.destroy = &destroy_kept<Stored>;
    }
  }
  if constexpr (!std::is_same_v<T, Stored>) type.lend = &lend_records<T>;
  return type;
}

template <class T>
inline constexpr RecordType kRecordType = make_record_type<T>();

/// Hands `count` kept records on, chunk by chunk.
DSTREAM_EXPORT void hand_on(const RecordType& type, std::byte* records, std::size_t count,
                            Step& to);

/// An array of kept records of one type that grows; or somebody else's array that is kept as it is.
/// Not thread-safe.
class DSTREAM_EXPORT RecordArray {
 public:
  explicit RecordArray(const RecordType& type) noexcept : type_(&type) {}
  /// Takes over `owner`, which holds `size` records at `data` and is destroyed by `destroy`.
  RecordArray(const RecordType& type, void* data, std::size_t size, std::size_t capacity,
              const void* owner, void (*destroy)(const void* owner)) noexcept
      : type_(&type),
        data_(static_cast<std::byte*>(data)),
        size_(size),
        capacity_(capacity),
        owner_(owner),
        destroy_owner_(destroy) {}
  RecordArray(RecordArray&& other) noexcept;
  RecordArray& operator=(RecordArray&& other) noexcept;
  ~RecordArray();

  const RecordType& type() const { return *type_; }
  std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

  void reserve(std::size_t capacity);
  /// Adds the first `count` records of a chunk of T's.
  void append(Chunk chunk, std::size_t count);
  /// Adds a kept record, made of the arguments. `Stored` is Owned<T>.
  template <class Stored, class... Args>
  void emplace(Args&&... args) {
    if (size_ == capacity_) grow();
    ::new (static_cast<void*>(data_ + size_ * sizeof(Stored))) Stored(std::forward<Args>(args)...);
    ++size_;
  }
  /// Keeps the memory.
  void clear() noexcept;

 private:
  void grow();
  void release() noexcept;

  const RecordType* type_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  const void* owner_ = nullptr;  ///< null where the memory is the array's own
  void (*destroy_owner_)(const void*) = nullptr;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
