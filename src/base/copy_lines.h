#pragma once

#include <cstddef>
#include <cstdint>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Lines on their way out of a text.
struct LineCopy {
  const char* begin;         ///< of the first line; in the end of what is left
  const char* end;           ///< of the text
  char* out;                 ///< where the lines go, with room for the text; in the end behind them
  const char* base;          ///< that `offsets` count from
  std::int32_t* offsets;     ///< gets the end of each line; in the end behind the last
  std::int32_t* offset_end;  ///< of the room for offsets
  std::size_t max_bytes;     ///< of a line
};

/// Copies whole lines end to end, without '\n' and one '\r' before it, in one pass over the text:
/// until no whole line is left, the offsets are full, or a line is longer than `max_bytes` (a '\r'
/// included), for which it gives true. Reads nothing outside the text, and may write anywhere in the
/// room. Uses the best instructions of the processor that it runs on.
bool copy_lines(LineCopy& copy) noexcept;

/// The form that runs on any processor of this build.
bool copy_lines_baseline(LineCopy& copy) noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
