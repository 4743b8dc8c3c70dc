#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <dstream/block.h>
#include <dstream/decoder.h>
#include <dstream/detail/find_bytes.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Takes lines for a decoder's `Out`: all of a text at once where it can.
template <class Out>
struct LineTaker {
  Out& out;

  void operator()(std::string_view line) const { out.record(line); }
  TakenLines lines(std::string_view text, std::size_t max_bytes) const
    requires requires { out.lines(text, max_bytes); }
  {
    return out.lines(text, max_bytes);
  }
};

/// The part of a decoder that cuts lines, of bytes that stay with the caller until a line is whole. A
/// line ends at '\n'; one '\r' before it belongs to the end. Looks at every byte once, however small
/// the pieces are.
class LineCutter {
 public:
  /// Lines of up to `max_bytes`, a '\r' included.
  explicit LineCutter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Calls `on_line(std::string_view)` for every whole line, and `on_overlong(std::string_view)`
  /// with how a line begins that is too long, once it is. Gives the number of bytes done with. An
  /// `on_line` with a member lines(), as LineTaker has it, is given all lines at once.
  template <class OnLine, class OnOverlong>
  std::size_t cut(std::string_view bytes, bool last, OnLine&& on_line, OnOverlong&& on_overlong) {
    std::size_t begin = 0;
    if (skipping_) {
      begin = end_of_line(bytes);
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
    if constexpr (requires { on_line.lines(bytes, begin); }) {
      if (scanned_ != 0) begin = one_line(bytes, begin, scanned_, on_line, on_overlong);
      if (begin == 0 && scanned_ != 0) return begin;
      for (;;) {
        const TakenLines taken = on_line.lines(bytes.substr(begin), max_bytes_);
        begin += taken.bytes;
        if (!taken.overlong) return begin;
        begin = one_line(bytes, begin, max_bytes_, on_line, on_overlong);
      }
    } else {
      return find_lines(bytes, begin, on_line, on_overlong);
    }
  }

  /// The line at `begin`, whose first `known` bytes are none of its end: behind it, or `begin` where
  /// it has no end yet.
  template <class OnLine, class OnOverlong>
  std::size_t one_line(std::string_view bytes, std::size_t begin, std::size_t known,
                       OnLine& on_line, OnOverlong& on_overlong) {
    const std::string_view rest = bytes.substr(begin);
    const std::size_t size = end_of_line(rest.substr(known));
    if (size == 0) return begin;
    deliver_or_report(rest.substr(0, known + size - 1), on_line, on_overlong);
    return begin + known + size;
  }

  template <class OnLine, class OnOverlong>
  std::size_t find_lines(std::string_view bytes, std::size_t begin, OnLine& on_line,
                         OnOverlong& on_overlong) {
    std::uint32_t ends[kWindow + kFindSlack];
    for (std::size_t at = begin + scanned_; at < bytes.size(); at += kWindow) {
      const std::size_t left = bytes.size() - at;
      const std::size_t count =
          find_bytes(bytes.data() + at, left < kWindow ? left : kWindow, '\n', ends);
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t end = at + ends[i];
        deliver_or_report({bytes.data() + begin, end - begin}, on_line, on_overlong);
        begin = end + 1;
      }
    }
    return begin;
  }

  template <class OnLine, class OnOverlong>
  void deliver_or_report(std::string_view line, OnLine& on_line, OnOverlong& on_overlong) {
    if (line.size() > max_bytes_) [[unlikely]] {
      on_overlong(beginning(line));
    } else {
      deliver(line, on_line);
    }
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

  /// Behind the first '\n', or 0 where there is none.
  static std::size_t end_of_line(std::string_view bytes) {
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
