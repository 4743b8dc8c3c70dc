#pragma once

#include <cstddef>
#include <string_view>

#include <dstream/detail/line_cutter.h>

namespace dstream {
inline namespace v1 {
namespace detail {

inline constexpr std::string_view kOverlongLine =
    "the line is longer than Tunables::max_line_bytes";

/// The decoder of sources of text: `lines` with the bound, and the reason, of the tunables.
class TextLines {
 public:
  using Record = std::string_view;

  explicit TextLines(std::size_t max_line_bytes) : cutter_(max_line_bytes) {}

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    return cutter_.cut(bytes, last, LineTaker<Out>{out},
                       [&out](std::string_view begin) { out.bad(kOverlongLine, begin); });
  }

 private:
  LineCutter cutter_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
