#pragma once

#include <cstddef>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/step.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a reader hands on, chunk by chunk: a ChunkBuffer of records whose type is known at run time.
class RecordOutput : private ChunkMemory {
 public:
  /// Hands on `capacity` records at once.
  RecordOutput(const ElementType& type, std::size_t capacity);
  ~RecordOutput() { destroy(); }

  /// Where the next record goes, after what is there has been handed on if there was no room.
  std::byte* place(Step& to);
  /// How many records fit behind place().
  std::size_t room() const noexcept { return capacity_ - size_; }
  /// The number of records, for those who make them at place(): each is counted once it is made.
  std::size_t& size() noexcept { return size_; }
  void pass_on(Step& to);
  void clear() noexcept {
    destroy();
    forget();
  }

 private:
  void destroy() noexcept {
    if (type_.destroy != nullptr) type_.destroy(data_, size_);
  }

  const ElementType& type_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
