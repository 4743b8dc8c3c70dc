#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <dstream/detail/line_splitter.h>

namespace dstream {
inline namespace v1 {
namespace detail {

inline constexpr std::string_view kOverlongLine =
    "the line is longer than Tunables::max_line_bytes";

/// The decoder of text: a line ends at '\n', and one '\r' before it belongs to the end. A line of
/// more than `max_line_bytes`, its '\r' included, is bad as a whole; what begins it is reported.
/// Bytes of an unfinished line are looked at once, however often they come.
class TextLines {
 public:
  using Record = std::string_view;
  /// Bytes of an overlong line that are reported.
  static constexpr std::size_t kPrefix = 256;

  explicit TextLines(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    const char* begin = bytes.data();
    const char* const end = begin + bytes.size();
    const char* newline = find_newline(begin + seen_, end);
    for (; newline != end; newline = find_newline(begin, end)) {
      deliver({begin, static_cast<std::size_t>(newline - begin)}, out);
      begin = newline + 1;
    }
    seen_ = static_cast<std::size_t>(end - begin);
    if (last) {
      if (begin != end || dropping_) deliver({begin, seen_}, out);
    } else if (seen_ > max_line_bytes_ || dropping_) {
      drop({begin, seen_}, out);
    } else {
      return bytes.size() - seen_;
    }
    seen_ = 0;
    return bytes.size();
  }

 private:
  template <class Out>
  void deliver(std::string_view line, Out& out) {
    if (dropping_) {
      drop(line, out);
      if (!reported_) out.bad(kOverlongLine, dropped_);
      dropping_ = reported_ = false;
      dropped_.clear();
      return;
    }
    if (line.size() > max_line_bytes_) return out.bad(kOverlongLine, line.substr(0, kPrefix));
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.record(line);
  }

  /// A piece of a line that is too long: reported once enough of it is there.
  template <class Out>
  void drop(std::string_view piece, Out& out) {
    dropping_ = true;
    if (reported_) return;
    dropped_.append(piece.substr(0, kPrefix - dropped_.size()));
    if (dropped_.size() < kPrefix) return;
    out.bad(kOverlongLine, dropped_);
    reported_ = true;
  }

  std::size_t max_line_bytes_;
  std::size_t seen_ = 0;  // bytes at the front of the next call that hold no end of a line
  bool dropping_ = false;
  bool reported_ = false;
  std::string dropped_;   // how a dropped line begins, at most kPrefix bytes
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
