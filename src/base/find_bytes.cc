#include "dstream/detail/find_bytes.h"

#include <bit>

#include "dstream/detail/text_simd.h"

#if defined(__SSE2__)
#include <immintrin.h>
#define DSTREAM_FAST __attribute__((target("avx2,bmi,popcnt")))
#define DSTREAM_FAST_INLINE __attribute__((target("avx2,bmi,popcnt"), always_inline)) inline
#endif

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

static_assert(kFindSlack >= 4);

class ThreeMatcher {
 public:
  explicit ThreeMatcher(ThreeBytes wanted) : wanted_(wanted) {}
  bool matches(char c) const noexcept {
    return c == wanted_.first || c == wanted_.second || c == wanted_.third;
  }
#if defined(__SSE2__)
  std::uint64_t mask16(const char* p) const noexcept {
    const Bytes16 bytes = load16(p);
    return bits_of((bytes == all16(wanted_.first)) | (bytes == all16(wanted_.second)) |
                   (bytes == all16(wanted_.third)));
  }
#endif

 private:
  ThreeBytes wanted_;
};

ByteMatcher matcher_of(char wanted) { return ByteMatcher(wanted); }
ThreeMatcher matcher_of(ThreeBytes wanted) { return ThreeMatcher(wanted); }

template <class Wanted>
std::size_t find_baseline(const char* text, std::size_t size, Wanted wanted,
                          std::uint32_t* out) noexcept {
  const auto matcher = matcher_of(wanted);
  std::uint32_t* const begin = out;
  std::uint32_t at = 0;
  const auto write = [&](std::uint64_t mask) {
    for (; mask != 0; mask &= mask - 1) {
      *out++ = at + static_cast<std::uint32_t>(std::countr_zero(mask));
    }
  };
  for (; size - at >= kMaskBytes; at += kMaskBytes) write(mask64(matcher, text + at));
  write(mask_tail(matcher, text, size));
  return static_cast<std::size_t>(out - begin);
}

#if defined(__SSE2__)

struct FastByte {
  DSTREAM_FAST explicit FastByte(char c) : wanted(_mm256_set1_epi8(c)) {}
  DSTREAM_FAST_INLINE __m256i match(__m256i bytes) const noexcept {
    return _mm256_cmpeq_epi8(bytes, wanted);
  }
  __m256i wanted;
};

struct FastThree {
  DSTREAM_FAST explicit FastThree(ThreeBytes b)
      : first(_mm256_set1_epi8(b.first)),
        second(_mm256_set1_epi8(b.second)),
        third(_mm256_set1_epi8(b.third)) {}
  DSTREAM_FAST_INLINE __m256i match(__m256i bytes) const noexcept {
    return _mm256_or_si256(
        _mm256_cmpeq_epi8(bytes, third),
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, first), _mm256_cmpeq_epi8(bytes, second)));
  }
  __m256i first;
  __m256i second;
  __m256i third;
};

template <class Fast>
DSTREAM_FAST_INLINE std::uint64_t fast_mask32(const Fast& fast, const char* p) noexcept {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(fast.match(bytes)));
}

// Four at a time, because a loop's end is mispredicted about as often as the count varies; up to
// three of the last four are not counted.
DSTREAM_FAST_INLINE std::uint32_t* write_fast(std::uint64_t mask, std::uint32_t at,
                                              std::uint32_t* out) noexcept {
  std::uint32_t* const end = out + std::popcount(mask);
  while (mask != 0) {
    for (int i = 0; i < 4; ++i) {
      *out++ = at + static_cast<std::uint32_t>(_tzcnt_u64(mask));
      mask = _blsr_u64(mask);
    }
  }
  return end;
}

template <class Fast, class Wanted>
DSTREAM_FAST std::size_t find_fast(const char* text, std::size_t size, Wanted wanted,
                                   std::uint32_t* out) noexcept {
  const Fast fast(wanted);
  std::uint32_t* const begin = out;
  std::uint32_t at = 0;
  for (; size - at >= kMaskBytes; at += kMaskBytes) {
    out =
        write_fast(fast_mask32(fast, text + at) | fast_mask32(fast, text + at + 32) << 32, at, out);
  }
  out = write_fast(mask_tail(matcher_of(wanted), text, size), at, out);
  return static_cast<std::size_t>(out - begin);
}

#endif

template <class Wanted>
using Finder = std::size_t (*)(const char*, std::size_t, Wanted, std::uint32_t*) noexcept;

template <class Fast, class Wanted>
Finder<Wanted> best_finder() noexcept {
#if defined(__SSE2__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("popcnt")) {
    return &find_fast<Fast, Wanted>;
  }
#endif
  return &find_baseline<Wanted>;
}

#if !defined(__SSE2__)
using FastByte = void;
using FastThree = void;
#endif

}  // namespace

std::size_t find_bytes(const char* text, std::size_t size, char wanted,
                       std::uint32_t* out) noexcept {
  static const Finder<char> finder = best_finder<FastByte, char>();
  return finder(text, size, wanted, out);
}

std::size_t find_bytes(const char* text, std::size_t size, ThreeBytes wanted,
                       std::uint32_t* out) noexcept {
  static const Finder<ThreeBytes> finder = best_finder<FastThree, ThreeBytes>();
  return finder(text, size, wanted, out);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
