#pragma once

#include <cstddef>
#include <cstdint>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Room that the finders want behind the last position that they give.
inline constexpr std::size_t kFindSlack = 8;

/// Writes the positions of `wanted` in the text to `out`, in order, and returns their number. `out`
/// has room for `size + kFindSlack` of them; what is behind the returned ones is unspecified. Reads
/// nothing outside the text; uses the best instructions of the processor that it runs on.
DSTREAM_EXPORT std::size_t find_bytes(const char* text, std::size_t size, char wanted,
                                      std::uint32_t* out) noexcept;

/// The same for any of three bytes, which may be equal.
struct ThreeBytes {
  char first;
  char second;
  char third;
};
DSTREAM_EXPORT std::size_t find_bytes(const char* text, std::size_t size, ThreeBytes wanted,
                                      std::uint32_t* out) noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace dstream
