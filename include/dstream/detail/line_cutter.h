#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <dstream/decoder.h>
#include <dstream/detail/find_bytes.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The part of a decoder that cuts lines: what LineSplitter does, for bytes that stay with the caller
/// until a line is whole. A line ends at '\n'; one '\r' before it belongs to the end. Looks at every
/// byte once, however small the pieces are.
class LineCutter {
 public:
  /// Lines of up to `max_bytes`, a '\r' included.
  explicit LineCutter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Calls `on_line(std::string_view)` for every whole line, and `on_overlong(std::string_view)`
  /// with how a line begins that is too long, once it is. Gives the number of bytes done with.
  template <class OnLine, class OnOverlong>
  std::size_t cut(std::string_view bytes, bool last, OnLine&& on_line, OnOverlong&& on_overlong) {
    std::size_t begin = 0;
    if (skipping_) {
      begin = end_of_skipped(bytes);
      skipping_ = begin == 0 && !last;
      if (begin == 0) return bytes.size();
    }
    begin = whole_lines(bytes, begin, on_line, on_overlong);
    const std::string_view rest = bytes.substr(begin);
    scanned_ = 0;
    if (rest.size() > max_bytes_) {
      on_overlong(beginning(rest));
      skipping_ = !last;
      return bytes.size();
    }
    if (last) {
      if (!rest.empty()) deliver(rest, on_line);
      return bytes.size();
    }
    scanned_ = rest.size();
    return begin;
  }

 private:
  // Positions that one search gives: a page of stack.
  static constexpr std::size_t kWindow = 2048;

  template <class OnLine, class OnOverlong>
  std::size_t whole_lines(std::string_view bytes, std::size_t begin, OnLine& on_line,
                          OnOverlong& on_overlong) {
    std::uint32_t ends[kWindow + kFindSlack];
    for (std::size_t at = begin + scanned_; at < bytes.size(); at += kWindow) {
      const std::size_t left = bytes.size() - at;
      const std::size_t count =
          find_bytes(bytes.data() + at, left < kWindow ? left : kWindow, '\n', ends);
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t end = at + ends[i];
        const std::string_view line(bytes.data() + begin, end - begin);
        begin = end + 1;
        if (line.size() > max_bytes_) [[unlikely]] {
          on_overlong(beginning(line));
        } else {
          deliver(line, on_line);
        }
      }
    }
    return begin;
  }

  template <class OnLine>
  static void deliver(std::string_view line, OnLine& on_line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    on_line(line);
  }

  /// What is reported of an overlong line; the same wherever the bytes are cut.
  std::string_view beginning(std::string_view line) const {
    return line.substr(0, max_bytes_ < kReportedBytes ? max_bytes_ + 1 : kReportedBytes);
  }

  /// Behind the '\n' that ends the overlong line, or 0 where it goes on.
  static std::size_t end_of_skipped(std::string_view bytes) {
    if (bytes.empty()) return 0;
    const void* const found = std::memchr(bytes.data(), '\n', bytes.size());
    if (found == nullptr) return 0;
    return static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1;
  }

  std::size_t max_bytes_;
  std::size_t scanned_ = 0;  ///< bytes of the rest in which there is no '\n'
  bool skipping_ = false;    ///< inside an overlong line, which has been reported
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
