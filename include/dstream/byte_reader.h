#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Throws Error{Errc::corrupt_data}.
[[noreturn]] DSTREAM_EXPORT void throw_corrupt(const char* what);

}  // namespace detail

/// Reads bytes from front to back and never past their end. For one thread.
class DSTREAM_EXPORT ByteReader {
 public:
  /// Reads `bytes`, which must outlive the reader.
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  /// Number of bytes that are left.
  std::size_t remaining() const { return bytes_.size(); }

  /// The next `size` bytes; throws Error{Errc::corrupt_data} if fewer are left.
  std::span<const std::byte> take(std::size_t size) {
    if (size > bytes_.size()) detail::throw_corrupt("the data end too early");
    const std::byte* const begin = bytes_.data();
    bytes_ = {begin + size, bytes_.size() - size};
    return {begin, size};
  }

  /// A length written by `write_size`. Throws Error{Errc::corrupt_data} if it is malformed or
  /// greater than the number of bytes left: every element takes at least one byte.
  std::size_t read_size();

  /// A text written by `write_text`; throws as read_size() does.
  std::string read_text();

  /// Deepest nesting of values in values that is read; deeper input is refused as corrupt.
  static constexpr int kMaxDepth = 1000;

  /// Counts one level of nesting while it lives.
  class Level {
   public:
    explicit Level(ByteReader& reader) : reader_(reader) {
      if (++reader_.depth_ > kMaxDepth) {
        --reader_.depth_;
        detail::throw_corrupt("the data are nested too deep");
      }
    }
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    ByteReader& reader_;
  };

 private:
  std::span<const std::byte> bytes_;
  int depth_ = 0;
};

}  // namespace v1
}  // namespace dstream
