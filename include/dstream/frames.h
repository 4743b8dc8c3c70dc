#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <dstream/decoder.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// Settings of the decoder `frames`.
struct FrameOptions {
  std::size_t length_bytes = 4;  ///< bytes of the length before each frame: 1, 2, 4 or 8
  bool big_endian = true;        ///< the length's order of bytes: network order
  /// Of a frame without its length; longer ones are bad records.
  std::size_t max_bytes = std::size_t{1} << 20;
};

/// The decoder of frames with a length before them, made by `frames`: views of the frames' contents.
/// A stream that ends inside a frame ends with a bad record. A length that is wrong makes everything
/// behind it wrong, which no decoder of this format can notice.
class Frames {
 public:
  using Record = std::string_view;

  /// Throws Error{Errc::invalid_argument} for another number of length bytes.
  DSTREAM_EXPORT explicit Frames(const FrameOptions& options);

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    std::size_t at = skip(bytes.size());
    while (skip_ == 0 && bytes.size() - at >= options_.length_bytes) {
      const std::uint64_t length = length_at(bytes.data() + at);
      const std::size_t begin = at + options_.length_bytes;
      if (length > options_.max_bytes) {
        out.bad("the frame is longer than max_bytes", bytes.substr(at, options_.length_bytes));
        skip_ = length;
        at = begin + skip(bytes.size() - begin);
        continue;
      }
      if (length > bytes.size() - begin) break;
      out.record(bytes.substr(begin, static_cast<std::size_t>(length)));
      at = begin + static_cast<std::size_t>(length);
    }
    if (!last) return at;
    if (at != bytes.size()) {
      out.bad("the last frame is cut off", bytes.substr(at, detail::kReportedBytes));
    }
    skip_ = 0;
    return bytes.size();
  }

 private:
  /// Takes up to `size` bytes of a frame that is too long.
  std::size_t skip(std::size_t size) {
    const std::size_t taken = skip_ < size ? static_cast<std::size_t>(skip_) : size;
    skip_ -= taken;
    return taken;
  }
  std::uint64_t length_at(const char* p) const {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < options_.length_bytes; ++i) {
      const std::size_t from = options_.big_endian ? i : options_.length_bytes - 1 - i;
      length = length << 8 | static_cast<unsigned char>(p[from]);
    }
    return length;
  }

  FrameOptions options_;
  std::uint64_t skip_ = 0;  ///< bytes still to come of a frame that has been reported
};

/// Decodes frames with a length before each: DStream<std::string_view>.
inline Frames frames(const FrameOptions& options = {}) { return Frames(options); }

}  // namespace v1
}  // namespace dstream
