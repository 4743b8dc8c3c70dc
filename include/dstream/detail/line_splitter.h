#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The first '\n' of the bytes from `begin` to `end`, or `end`.
inline const char* find_newline(const char* begin, const char* end) noexcept {
  if (begin == end) return end;
  const void* found = std::memchr(begin, '\n', static_cast<std::size_t>(end - begin));
  return found != nullptr ? static_cast<const char*>(found) : end;
}

/// Cuts a stream of bytes that arrives in pieces into lines. A line ends at '\n'; one '\r' before
/// it belongs to the end. A line of more than `max_line_bytes`, its '\r' included, is dropped as a
/// whole and counted; what begins it is told to `on_overlong`. For one thread at a time.
class LineSplitter {
 public:
  /// Bytes of an overlong line that are kept to be reported.
  static constexpr std::size_t kPrefix = 256;

  struct Ignore {
    void operator()(std::string_view) const noexcept {}
  };

  explicit LineSplitter(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Calls `on_line(std::string_view)` for every line that these bytes complete. The views point
  /// into `bytes`, or, for a line that began in an earlier piece, into memory of the splitter:
  /// good until on_line returns. Where on_line throws, the rest of `bytes` has not been taken.
  template <class OnLine, class OnOverlong = Ignore>
  void feed(std::string_view bytes, OnLine&& on_line, OnOverlong&& on_overlong = {}) {
    const char* begin = bytes.data();
    const char* const end = begin + bytes.size();
    const char* newline = find_newline(begin, end);
    if (newline != end && unfinished()) {
      hold(begin, newline);
      begin = newline + 1;
      deliver_held(on_line, on_overlong);
      newline = find_newline(begin, end);
    }
    while (newline != end) {
      deliver({begin, static_cast<std::size_t>(newline - begin)}, on_line, on_overlong);
      begin = newline + 1;
      newline = find_newline(begin, end);
    }
    hold(begin, end);
  }

  /// The end of the stream: an unfinished last line is delivered like any other. The splitter is
  /// then as new, but for its count.
  template <class OnLine, class OnOverlong = Ignore>
  void finish(OnLine&& on_line, OnOverlong&& on_overlong = {}) {
    if (unfinished()) deliver_held(on_line, on_overlong);
  }

  /// Lines dropped so far because they were too long.
  std::uint64_t overlong() const noexcept { return overlong_; }

  /// Bytes of an unfinished line that are held for the next piece: at most max_line_bytes, or
  /// kPrefix where that is more.
  std::size_t held_bytes() const noexcept { return held_.size(); }

 private:
  bool unfinished() const noexcept { return dropping_ || !held_.empty(); }

  /// Keeps the begin of a line, or, once it is too long, only that it is.
  void hold(const char* begin, const char* end) {
    if (dropping_ || begin == end) return;
    const auto size = static_cast<std::size_t>(end - begin);
    if (size > max_line_bytes_ - held_.size()) {
      dropping_ = true;
      if (held_.size() < kPrefix) held_.append(begin, std::min(size, kPrefix - held_.size()));
      held_.resize(std::min(held_.size(), kPrefix));
    } else {
      held_.append(begin, size);
    }
  }

  template <class OnLine, class OnOverlong>
  void deliver_held(OnLine& on_line, OnOverlong& on_overlong) {
    if (dropping_) {
      dropping_ = false;
      ++overlong_;
      on_overlong(std::string_view(held_));
      held_.clear();
      return;
    }
    // Moved out first, so that nothing of this line is left behind where on_line throws.
    std::string line = std::move(held_);
    held_.clear();
    deliver(line, on_line, on_overlong);
    // The memory serves the next line that comes in pieces.
    line.clear();
    held_ = std::move(line);
  }

  template <class OnLine, class OnOverlong>
  void deliver(std::string_view line, OnLine& on_line, OnOverlong& on_overlong) {
    if (line.size() > max_line_bytes_) {
      ++overlong_;
      on_overlong(line.substr(0, kPrefix));
      return;
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    on_line(line);
  }

  std::size_t max_line_bytes_;
  std::string held_;
  bool dropping_ = false;
  std::uint64_t overlong_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
