#pragma once

#include <cstddef>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/step.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// A ChunkBuffer of results whose type is known at run time only.
class ResultBuffer {
 public:
  explicit ResultBuffer(const ElementType& type);
  ResultBuffer(const ResultBuffer&) = delete;
  ResultBuffer& operator=(const ResultBuffer&) = delete;
  ~ResultBuffer();

  std::size_t room() const noexcept { return capacity_ - size_; }
  /// The first result's place; the memory of the whole buffer may be written to.
  void* begin() noexcept;
  /// How many results there are, for those who make them: each is counted once it is made.
  std::size_t& made() noexcept { return size_; }

  /// Hands the results to `to` and empties the buffer.
  void pass_on(Step& to);
  void clear() noexcept;

 private:
  const ElementType& type_;
  std::size_t capacity_;
  std::size_t size_ = 0;
  void* data_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
