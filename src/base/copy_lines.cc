#include "base/copy_lines.h"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#define DSTREAM_FAST __attribute__((target("avx2,bmi")))
#endif

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

#if defined(__SSE2__)

// Each piece goes out before it is known whether the line ends in it: what is too much of it is
// written over by the next line. Local variables, since a char that is written could be any member.
DSTREAM_FAST bool copy_lines_fast(LineCopy& copy) noexcept {
  constexpr std::ptrdiff_t kPiece = 32;
  const __m256i newline = _mm256_set1_epi8('\n');
  const std::size_t max_bytes = copy.max_bytes;
  const char* const end = copy.end;
  const char* const base = copy.base;
  const char* begin = copy.begin;
  char* out = copy.out;
  std::int32_t* offset = copy.offsets;
  bool overlong = false;
  for (std::int32_t* const offset_end = copy.offset_end; offset != offset_end;) {
    const char* from = begin;
    char* to = out;
    std::uint32_t found = 0;
    for (; end - from >= kPiece; from += kPiece, to += kPiece) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
      found = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, newline)));
      if (found != 0) break;
    }
    if (found == 0) break;
    from += std::countr_zero(found);
    auto size = static_cast<std::size_t>(from - begin);
    overlong = size > max_bytes;
    if (overlong) break;
    if (size != 0 && from[-1] == '\r') --size;
    out += size;
    *offset++ = static_cast<std::int32_t>(out - base);
    begin = from + 1;
  }
  copy.begin = begin;
  copy.out = out;
  copy.offsets = offset;
  // The last lines are too near to the end for whole pieces.
  return overlong || copy_lines_baseline(copy);
}

bool has_fast_instructions() noexcept {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

#endif

}  // namespace

bool copy_lines_baseline(LineCopy& copy) noexcept {
  while (copy.begin != copy.end && copy.offsets != copy.offset_end) {
    const void* const found =
        std::memchr(copy.begin, '\n', static_cast<std::size_t>(copy.end - copy.begin));
    if (found == nullptr) return false;
    const char* const end = static_cast<const char*>(found);
    auto size = static_cast<std::size_t>(end - copy.begin);
    if (size > copy.max_bytes) return true;
    if (size != 0 && end[-1] == '\r') --size;
    std::memcpy(copy.out, copy.begin, size);
    copy.out += size;
    *copy.offsets++ = static_cast<std::int32_t>(copy.out - copy.base);
    copy.begin = end + 1;
  }
  return false;
}

bool copy_lines(LineCopy& copy) noexcept {
#if defined(__SSE2__)
  static const bool fast = has_fast_instructions();
  if (fast) return copy_lines_fast(copy);
#endif
  return copy_lines_baseline(copy);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
