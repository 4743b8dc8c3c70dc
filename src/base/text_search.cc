#include "base/text_search.h"

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#define DSTREAM_AVX2 __attribute__((target("avx2")))
// At -O2 the compiler would otherwise hand the vectors over in memory, at twice the time.
#define DSTREAM_INLINE __attribute__((always_inline)) inline
#endif

// Substring search by two bytes of the needle: vectors of text, one shifted against the other, are
// compared with both bytes at once, and only where both are found is the needle itself compared
// (W. Mula, "SIMD-friendly algorithms for substring searching"). The last vector overlaps the one
// before it instead of reaching past the text.

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

bool find_empty(const char*, std::size_t, const Needle&) noexcept { return true; }

bool find_byte(const char* text, std::size_t size, const Needle& needle) noexcept {
  return size != 0 && std::memchr(text, needle.bytes[0], size) != nullptr;
}

bool find_portable(const char* text, std::size_t size, const Needle& needle) noexcept {
  return std::string_view(text, size).find(needle.bytes) != std::string_view::npos;
}

template <bool (*kFind)(const char*, std::size_t, const Needle&) noexcept>
std::size_t select(const std::string_view* lines, std::size_t count, std::string_view* out,
                   const Needle& needle) noexcept {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view line = lines[i];
    out[kept] = line;
    kept += kFind(line.data(), line.size(), needle);
  }
  return kept;
}

#if defined(__SSE2__)

/// True if the needle stands at one of the positions whose bits are set.
bool verify(const char* text, std::uint64_t candidates, const Needle& needle) noexcept {
  for (; candidates != 0; candidates &= candidates - 1) {
    const char* at = text + std::countr_zero(candidates);
    if (std::memcmp(at, needle.bytes.data(), needle.bytes.size()) == 0) return true;
  }
  return false;
}

DSTREAM_INLINE __m128i load16(const char* p) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

/// The two bytes looked for, each in all lanes, and their places in the needle.
struct Pair16 {
  DSTREAM_INLINE explicit Pair16(const Needle& needle) noexcept
      : first(_mm_set1_epi8(needle.first_byte)),
        second(_mm_set1_epi8(needle.second_byte)),
        first_at(needle.first_at),
        second_at(needle.second_at) {}

  DSTREAM_INLINE __m128i match(const char* text) const noexcept {
    return _mm_and_si128(_mm_cmpeq_epi8(load16(text + first_at), first),
                         _mm_cmpeq_epi8(load16(text + second_at), second));
  }

  __m128i first, second;
  std::size_t first_at, second_at;
};

DSTREAM_INLINE std::uint64_t mask_of(__m128i lanes) noexcept {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(lanes));
}

/// Looks at 16 positions from each of two places.
DSTREAM_INLINE bool find_in_two(const char* a, const char* b, const Pair16& pair,
                                const Needle& needle) noexcept {
  const __m128i at_a = pair.match(a);
  const __m128i at_b = pair.match(b);
  if (mask_of(_mm_or_si128(at_a, at_b)) == 0) [[likely]]
    return false;
  return verify(a, mask_of(at_a), needle) || verify(b, mask_of(at_b), needle);
}

bool find_sse2(const char* text, std::size_t size, const Needle& needle) noexcept {
  if (size < needle.bytes.size() + 15) return find_portable(text, size, needle);
  const Pair16 pair(needle);
  const char* const last = text + size - needle.bytes.size() - 15;
  for (; last - text > 16; text += 32) {
    if (find_in_two(text, text + 16, pair, needle)) return true;
  }
  return find_in_two(text < last ? text : last, last, pair, needle);
}

struct Pair32 {
  DSTREAM_AVX2 DSTREAM_INLINE explicit Pair32(const Needle& needle) noexcept
      : first(_mm256_set1_epi8(needle.first_byte)),
        second(_mm256_set1_epi8(needle.second_byte)),
        first_at(needle.first_at),
        second_at(needle.second_at) {}

  DSTREAM_AVX2 DSTREAM_INLINE __m256i match(const char* text) const noexcept {
    const auto* a = reinterpret_cast<const __m256i*>(text + first_at);
    const auto* b = reinterpret_cast<const __m256i*>(text + second_at);
    return _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256(a), first),
                            _mm256_cmpeq_epi8(_mm256_loadu_si256(b), second));
  }

  __m256i first, second;
  std::size_t first_at, second_at;
};

DSTREAM_AVX2 DSTREAM_INLINE std::uint64_t mask_of(__m256i lanes) noexcept {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(lanes));
}

/// Looks at 32 positions from each of four places.
DSTREAM_AVX2 DSTREAM_INLINE bool find_in_four(const char* a, const char* b, const char* c,
                                              const char* d, const Pair32& pair,
                                              const Needle& needle) noexcept {
  const __m256i at_a = pair.match(a);
  const __m256i at_b = pair.match(b);
  const __m256i at_c = pair.match(c);
  const __m256i at_d = pair.match(d);
  const __m256i any = _mm256_or_si256(_mm256_or_si256(at_a, at_b), _mm256_or_si256(at_c, at_d));
  if (mask_of(any) == 0) [[likely]]
    return false;
  return verify(a, mask_of(at_a), needle) || verify(b, mask_of(at_b), needle) ||
         verify(c, mask_of(at_c), needle) || verify(d, mask_of(at_d), needle);
}

DSTREAM_AVX2 DSTREAM_INLINE const char* earlier(const char* a, const char* b) noexcept {
  return a < b ? a : b;
}

// Lines of up to 127 positions take no loop and so no branch that depends on their length.
DSTREAM_AVX2 DSTREAM_INLINE bool search_avx2(const char* text, std::size_t size,
                                             const Needle& needle) noexcept {
  if (size < needle.bytes.size() + 31) return find_sse2(text, size, needle);
  const Pair32 pair(needle);
  const char* const last = text + size - needle.bytes.size() - 31;
  for (; last - text > 96; text += 128) {
    if (find_in_four(text, text + 32, text + 64, text + 96, pair, needle)) return true;
  }
  return find_in_four(earlier(text, last), earlier(text + 32, last), earlier(text + 64, last), last,
                      pair, needle);
}

DSTREAM_AVX2 bool find_avx2(const char* text, std::size_t size, const Needle& needle) noexcept {
  return search_avx2(text, size, needle);
}

// Not select<find_avx2>: only a function for the same instructions can have the search inlined.
DSTREAM_AVX2 std::size_t select_avx2(const std::string_view* lines, std::size_t count,
                                     std::string_view* out, const Needle& needle) noexcept {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view line = lines[i];
    out[kept] = line;
    kept += search_avx2(line.data(), line.size(), needle);
  }
  return kept;
}

#endif

/// How common a byte is in text: the higher the more common; 0 for what is hardly ever seen.
std::size_t commonness(char c) noexcept {
  static constexpr std::string_view kCommonest =
      " etaoinsrhldcumfpgwyb,.v0k1-\"2:/345678_9=\nxjqzSTAICEMPNRDOLBFHWUGYVKJXQZ()'\\[]{}<>;&?";
  const std::size_t rank = kCommonest.find(c);
  return rank == std::string_view::npos ? 0 : kCommonest.size() - rank;
}

/// The place of the rarest byte of the needle, leaving out `except`.
std::size_t rarest_byte(std::string_view needle, std::size_t except) noexcept {
  std::size_t best = except == 0 ? 1 : 0;
  for (std::size_t i = best + 1; i < needle.size(); ++i) {
    if (i != except && commonness(needle[i]) < commonness(needle[best])) best = i;
  }
  return best;
}

}  // namespace

Needle::Needle(std::string_view text) : bytes(text) {
  if (bytes.size() < 2) return;
  first_at = rarest_byte(bytes, bytes.size());
  second_at = rarest_byte(bytes, first_at);
  first_byte = bytes[first_at];
  second_byte = bytes[second_at];
}

SearchLevel best_search_level() noexcept {
#if defined(__SSE2__)
  return __builtin_cpu_supports("avx2") ? SearchLevel::kAvx2 : SearchLevel::kSse2;
#else
  return SearchLevel::kPortable;
#endif
}

SearchKernels search_kernels(std::size_t size, [[maybe_unused]] SearchLevel level) noexcept {
  if (size == 0) return {find_empty, select<find_empty>};
  if (size == 1) return {find_byte, select<find_byte>};
#if defined(__SSE2__)
  if (level == SearchLevel::kAvx2) return {find_avx2, select_avx2};
  if (level == SearchLevel::kSse2) return {find_sse2, select<find_sse2>};
#endif
  return {find_portable, select<find_portable>};
}

}  // namespace detail

Contains::Contains(std::string_view needle)
    : needle_(needle),
      kernels_(detail::search_kernels(needle.size(), detail::best_search_level())) {}

}  // namespace v1
}  // namespace dstream
