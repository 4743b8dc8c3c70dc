#include "base/text_split.h"

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#define DSTREAM_FAST __attribute__((target("avx2,bmi,popcnt")))
#define DSTREAM_FAST_INLINE __attribute__((target("avx2,bmi,popcnt"), always_inline)) inline
#endif

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

#if defined(__SSE2__)

DSTREAM_FAST_INLINE std::uint64_t fast_mask32(const char* p, __m256i wanted) noexcept {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, wanted)));
}

DSTREAM_FAST_INLINE std::uint64_t fast_mask64(const char* p, __m256i wanted) noexcept {
  return fast_mask32(p, wanted) | fast_mask32(p + 32, wanted) << 32;
}

/// What mask_tail() gives.
DSTREAM_FAST_INLINE std::uint64_t fast_mask_tail(const char* p, std::size_t size, __m256i wanted,
                                                 char delimiter) noexcept {
  if (size >= kMaskBytes) [[likely]] {
    return fast_mask64(p + size - kMaskBytes, wanted) >> 1 >> (kMaskBytes - 1 - size % kMaskBytes);
  }
  if (size < 32) return mask_tail(ByteMatcher(delimiter), p, size);
  return fast_mask32(p, wanted) | fast_mask32(p + size - 32, wanted) << (size - 32);
}

/// Writes the words of one text, block of 64 bytes by block.
class WordWriter {
 public:
  DSTREAM_FAST_INLINE WordWriter(const char* text, std::string_view* out) noexcept
      : begin_(text), out_(out) {}

  /// Ends words at the bits of the mask of the block from `at`.
  DSTREAM_FAST_INLINE void block(const char* at, std::uint64_t mask) noexcept {
    const std::uint64_t empty_words = mask & (mask << 1 | delimiter_before_);
    delimiter_before_ = mask >> (kMaskBytes - 1);
    if (empty_words != 0) [[unlikely]] {
      write_checked(at, mask);
    } else if (mask != 0) {
      write_in_fours(at, mask);
    }
  }

  DSTREAM_FAST_INLINE std::string_view* out() const noexcept { return out_; }

 private:
  DSTREAM_FAST_INLINE void write_checked(const char* at, std::uint64_t mask) noexcept {
    for (; mask != 0; mask = _blsr_u64(mask)) {
      const char* const end = at + _tzcnt_u64(mask);
      if (end != begin_) *out_++ = word(end);
      begin_ = end + 1;
    }
  }

  // Four at a time, because a loop's end is mispredicted about as often as words vary in number.
  // The last four may go up to three words too far, which are written over or not counted.
  DSTREAM_FAST_INLINE void write_in_fours(const char* at, std::uint64_t mask) noexcept {
    const char* const next_begin = at + std::bit_width(mask);
    std::string_view* out = out_;
    out_ += std::popcount(mask);
    while (mask != 0) {
      for (int i = 0; i < 4; ++i) {
        const char* const end = at + _tzcnt_u64(mask);
        *out++ = word(end);
        begin_ = end + 1;
        mask = _blsr_u64(mask);
      }
    }
    begin_ = next_begin;
  }

  DSTREAM_FAST_INLINE std::string_view word(const char* end) const noexcept {
    return {begin_, static_cast<std::size_t>(end - begin_)};
  }

  const char* begin_;
  std::string_view* out_;
  std::uint64_t delimiter_before_ = 1;
};

DSTREAM_FAST std::string_view* split_words_fast(const char* text, std::size_t size,
                                                std::string_view* out, char delimiter) noexcept {
  const __m256i wanted = _mm256_set1_epi8(delimiter);
  WordWriter writer(text, out);
  const char* at = text;
  const char* const tail = text + size / kMaskBytes * kMaskBytes;
  for (; at != tail; at += kMaskBytes) writer.block(at, fast_mask64(at, wanted));
  const std::uint64_t end = std::uint64_t{1} << size % kMaskBytes;
  writer.block(tail, fast_mask_tail(text, size, wanted, delimiter) | end);
  return writer.out();
}

#endif

}  // namespace

std::string_view* split_words_baseline(const char* text, std::size_t size, std::string_view* out,
                                       char delimiter) noexcept {
  return Split<ByteMatcher, EmptyFields::skip>(ByteMatcher(delimiter))({text, size}, out);
}

SplitKernel best_split_kernel() noexcept {
#if defined(__SSE2__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("popcnt")) {
    return split_words_fast;
  }
#endif
  return split_words_baseline;
}

}  // namespace detail

SplitWords::SplitWords(char delimiter)
    : kernel_(detail::best_split_kernel()), delimiter_(delimiter) {}

}  // namespace v1
}  // namespace dstream
