#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// A load may read past a text only where no sanitizer watches: DSTREAM_READ_PAST says so.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DSTREAM_READ_PAST 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define DSTREAM_READ_PAST 0
#endif
#endif
#if !defined(DSTREAM_READ_PAST)
#define DSTREAM_READ_PAST 1
#endif

namespace dstream {
inline namespace v1 {
namespace detail {

/// A text key in 16 bytes. Up to 15 bytes lie inline, zero-padded, and byte 15 is their number plus
/// one; all zero is no key. 0xFF in byte 15 marks a longer key, whose layout is the table's.
struct alignas(16) TextKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  static constexpr std::size_t kMostInline = 15;

  friend bool operator==(const TextKey& a, const TextKey& b) noexcept {
    return a.low == b.low && a.high == b.high;
  }
};

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "byte 15 is the top byte of high");

/// The smallest page of the processors that we run on.
inline constexpr std::uintptr_t kSmallestPage = 4096;

struct TextKeyMask {
  std::uint64_t low;
  std::uint64_t high;
  std::uint64_t tag;
};

/// For each size: which bits of two words belong to the text, and the size in the top byte.
struct TextKeyMasks {
  constexpr TextKeyMasks() {
    for (std::uint64_t size = 0; size < 16; ++size) {
      const std::uint64_t ones = ~std::uint64_t{0};
      masks[size].low = size == 0 ? 0 : size >= 8 ? ones : ones >> (64 - 8 * size);
      masks[size].high = size <= 8 ? 0 : ones >> (64 - 8 * (size - 8));
      masks[size].tag = (size + 1) << 56;
    }
  }

  TextKeyMask masks[16] = {};
};

inline constexpr TextKeyMasks kTextKeyMasks{};

inline std::uint64_t load_word(const char* p) noexcept {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// The two words of a text of at most 15 bytes, read without touching a byte outside it.
inline TextKey load_text_words(const char* p, std::size_t size) noexcept {
  TextKey key;
  if (size >= 8) {
    key.low = load_word(p);
    // The last eight bytes, less those that are in the low word already.
    if (size > 8) key.high = load_word(p + size - 8) >> (8 * (16 - size));
  } else if (size >= 4) {
    std::uint32_t first;
    std::uint32_t last;
    std::memcpy(&first, p, 4);
    std::memcpy(&last, p + size - 4, 4);
    key.low = first | std::uint64_t{last} << (8 * (size - 4));
  } else {
    for (std::size_t i = 0; i < size; ++i) {
      key.low |= std::uint64_t{static_cast<unsigned char>(p[i])} << (8 * i);
    }
  }
  return key;
}

/// The key of a text of at most TextKey::kMostInline bytes. Reads up to 16 bytes past the text's
/// begin, never into another page, and without a branch that depends on the size.
inline TextKey make_text_key(std::string_view text) noexcept {
  const TextKeyMask& mask = kTextKeyMasks.masks[text.size()];
  TextKey key;
#if DSTREAM_READ_PAST
  // Also not from the first byte of a page: an empty text may end the page before, or be null.
  if ((reinterpret_cast<std::uintptr_t>(text.data()) - 1) % kSmallestPage <= kSmallestPage - 17)
      [[likely]] {
    const char* p = text.data();
    // Hides from the compiler how long the text's object is.
    __asm__("" : "+r"(p));
    key.low = load_word(p) & mask.low;
    key.high = (load_word(p + 8) & mask.high) | mask.tag;
    return key;
  }
#endif
  key = load_text_words(text.data(), text.size());
  key.high |= mask.tag;
  return key;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
