#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

#if defined(__SSE2__)
// The compilers' own vectors: the header of the intrinsics would cost every user 3 % of dstream.h.
using Bytes16 = signed char __attribute__((vector_size(16)));

inline Bytes16 load16(const char* p) noexcept {
  Bytes16 bytes;
  std::memcpy(&bytes, p, sizeof bytes);
  return bytes;
}
inline Bytes16 all16(char c) noexcept { return Bytes16{} + static_cast<signed char>(c); }
/// Bit i: byte i of a comparison's result is true.
inline std::uint32_t bits_of(Bytes16 compared) noexcept {
  using Chars = char __attribute__((vector_size(16)));
  return static_cast<std::uint32_t>(__builtin_ia32_pmovmskb128(reinterpret_cast<Chars>(compared)));
}
#endif

/// Bytes that one delimiter mask covers.
inline constexpr std::size_t kMaskBytes = 64;

/// Finds one byte: bit i of a mask says that byte i of the text is the wanted one. Reads nothing
/// outside the text.
class ByteMatcher {
 public:
  explicit constexpr ByteMatcher(char wanted) noexcept : wanted_(wanted) {}

  constexpr char wanted() const noexcept { return wanted_; }
  constexpr bool matches(char c) const noexcept { return c == wanted_; }

#if defined(__SSE2__)
  /// The mask of the 16 bytes from `p`.
  std::uint64_t mask16(const char* p) const noexcept {
    return bits_of(load16(p) == all16(wanted_));
  }
#endif

 private:
  char wanted_;
};

/// Finds ASCII white space: space, \t, \n, \v, \f, \r.
class SpaceMatcher {
 public:
  constexpr bool matches(char c) const noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

#if defined(__SSE2__)
  std::uint64_t mask16(const char* p) const noexcept {
    const Bytes16 bytes = load16(p);
    // '\t'..'\r' are the signed bytes above 8 and below 14.
    return bits_of((bytes == all16(' ')) | ((bytes > all16('\t' - 1)) & (bytes < all16('\r' + 1))));
  }
#endif
};

/// Finds any of up to eight bytes.
class AnyMatcher {
 public:
  /// Throws Error{invalid_argument} for none or more than eight.
  DSTREAM_EXPORT explicit AnyMatcher(std::string_view wanted);

  bool matches(char c) const noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      if (c == wanted_[i]) return true;
    }
    return false;
  }

#if defined(__SSE2__)
  std::uint64_t mask16(const char* p) const noexcept {
    const Bytes16 bytes = load16(p);
    Bytes16 found = bytes == all16(wanted_[0]);
    for (std::size_t i = 1; i < count_; ++i) found |= bytes == all16(wanted_[i]);
    return bits_of(found);
  }
#endif

 private:
  static constexpr std::size_t kMost = 8;

  char wanted_[kMost] = {};
  std::size_t count_ = 0;
};

#if defined(__SSE2__)

/// The mask of the 64 bytes from `p`.
template <class Matcher>
std::uint64_t mask64(const Matcher& matcher, const char* p) noexcept {
  return matcher.mask16(p) | matcher.mask16(p + 16) << 16 | matcher.mask16(p + 32) << 32 |
         matcher.mask16(p + 48) << 48;
}

/// The mask of a text of fewer than 16 bytes.
template <class Matcher>
std::uint64_t mask_below16(const Matcher& matcher, const char* p, std::size_t size) noexcept {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < size; ++i) mask |= std::uint64_t{matcher.matches(p[i])} << i;
  return mask;
}

/// The mask of the last `size % 64` bytes of a text of `size` bytes from `p`.
template <class Matcher>
std::uint64_t mask_tail(const Matcher& matcher, const char* p, std::size_t size) noexcept {
  const std::size_t rest = size % kMaskBytes;
  if (size >= kMaskBytes) [[likely]] {
    // The last 64 bytes, of which the first were in the mask before. Two shifts, because rest may
    // be 0.
    return mask64(matcher, p + size - kMaskBytes) >> 1 >> (kMaskBytes - 1 - rest);
  }
  if (size < 16) return mask_below16(matcher, p, size);
  // Vectors that may overlap: both say the same of a byte that both hold.
  const std::size_t last = size - 16;
  const std::size_t second = last < 16 ? last : 16;
  const std::size_t third = last < 32 ? last : 32;
  return matcher.mask16(p) | matcher.mask16(p + second) << second |
         matcher.mask16(p + third) << third | matcher.mask16(p + last) << last;
}

#else

template <class Matcher>
std::uint64_t mask_bytes(const Matcher& matcher, const char* p, std::size_t size) noexcept {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < size; ++i) mask |= std::uint64_t{matcher.matches(p[i])} << i;
  return mask;
}

template <class Matcher>
std::uint64_t mask64(const Matcher& matcher, const char* p) noexcept {
  return mask_bytes(matcher, p, kMaskBytes);
}

template <class Matcher>
std::uint64_t mask_tail(const Matcher& matcher, const char* p, std::size_t size) noexcept {
  const std::size_t rest = size % kMaskBytes;
  return mask_bytes(matcher, p + size - rest, rest);
}

#endif

}  // namespace detail
}  // namespace v1
}  // namespace dstream
