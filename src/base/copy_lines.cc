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

/// 64 bytes, and where the ends of lines are among them.
struct Piece {
  __m256i low;
  __m256i high;
};

DSTREAM_FAST inline Piece load(const char* from) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + sizeof(__m256i)))};
}

DSTREAM_FAST inline void store(char* to, const Piece& piece) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), piece.low);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + sizeof(__m256i)), piece.high);
}

DSTREAM_FAST inline std::uint64_t line_ends(const Piece& piece) {
  const __m256i newline = _mm256_set1_epi8('\n');
  const auto mask = [&](__m256i bytes) __attribute__((target("avx2,bmi"))) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, newline)));
  };
  return mask(piece.low) | std::uint64_t{mask(piece.high)} << 32;
}

// Pieces follow each other whatever lines are in them, so that looking for the next end does not
// wait for the last one. A piece goes out as it is; behind each end in it the rest goes out again,
// right behind the line. Local variables, since a char that is written could be any member.
DSTREAM_FAST bool copy_lines_fast(LineCopy& copy) noexcept {
  constexpr std::ptrdiff_t kPiece = sizeof(Piece);
  const std::size_t max_bytes = copy.max_bytes;
  const char* const end = copy.end;
  const char* const base = copy.base;
  const char* begin = copy.begin;
  char* out = copy.out;
  std::int32_t* offset = copy.offsets;
  std::int32_t* const offset_end = copy.offset_end;
  bool overlong = false;
  // What goes out again may be read from beyond its piece.
  for (const char* from = begin; end - from >= 2 * kPiece; from += kPiece) {
    const Piece piece = load(from);
    store(out + (from - begin), piece);
    for (std::uint64_t ends = line_ends(piece); ends != 0; ends &= ends - 1) {
      const char* const line_end = from + std::countr_zero(ends);
      auto size = static_cast<std::size_t>(line_end - begin);
      if (offset == offset_end) goto done;
      overlong = size > max_bytes;
      if (overlong) goto done;
      if (size != 0 && line_end[-1] == '\r') [[unlikely]]
        --size;
      out += size;
      *offset++ = static_cast<std::int32_t>(out - base);
      begin = line_end + 1;
      store(out, load(begin));
    }
  }
done:
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
