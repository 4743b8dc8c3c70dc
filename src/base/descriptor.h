#pragma once

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Owns a file descriptor.
class DSTREAM_EXPORT Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  int get() const { return fd_; }
  void close() noexcept;

 private:
  int fd_ = -1;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
