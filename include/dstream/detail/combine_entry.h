#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_arena.h>
#include <dstream/export.h>
#include <dstream/hash.h>
#include <dstream/hash_of.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The kinds of keys that the tables treat differently.
enum class KeyKind { kText, kInteger, kAny };

template <class K>
inline constexpr KeyKind kKeyKind =
    std::is_same_v<K, std::string> ? KeyKind::kText
    : (std::is_integral_v<K> || std::is_enum_v<K>) && sizeof(K) <= 8 && !HasHashAppend<K>
        ? KeyKind::kInteger
        : KeyKind::kAny;

/// A text key in 16 bytes. Up to 15 bytes lie inline, zero-padded, byte 15 their number plus one.
/// A longer one is a pointer (low), and in high 0xFF, 24 bits of its hash and its length.
struct TextKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  static constexpr std::size_t kMostInline = 15;

  bool is_long() const noexcept { return (high >> 56) == 0xFF; }

  std::string_view view() const noexcept {
    if (!is_long()) return {reinterpret_cast<const char*>(this), std::size_t{high >> 56} - 1};
    return {reinterpret_cast<const char*>(low), std::size_t{high & 0xFFFFFFFF}};
  }

  friend bool operator==(const TextKey& a, const TextKey& b) noexcept {
    if (a.high != b.high) return false;
    return a.low == b.low || (a.is_long() && a.view() == b.view());
  }
};

/// The key of a text of at most TextKey::kMostInline bytes.
inline TextKey inline_text_key(std::string_view text) noexcept {
  TextKey key;
  std::memcpy(&key, text.data(), text.size());
  key.high |= std::uint64_t{text.size() + 1} << 56;
  return key;
}

/// The key of a longer text, pointing to its bytes. Throws Error{capacity} from 4 GiB.
DSTREAM_EXPORT TextKey long_text_key(std::string_view text, std::uint64_t hash);

template <class K>
constexpr bool is_signed_key() {
  if constexpr (std::is_enum_v<K>) return std::is_signed_v<std::underlying_type_t<K>>;
  return std::is_signed_v<K>;
}

/// True for keys whose 64-bit word is to be read as a signed number.
template <class K>
inline constexpr bool kSignedKey = is_signed_key<K>();

/// A key and its value in a table or slice. The hash is the canonical one, hash_of(key, seed).
template <class K, class V, KeyKind kKind = kKeyKind<K>>
struct CombineEntry {
  K key;
  std::uint64_t stored_hash;
  V value;

  std::uint64_t hash(std::uint64_t /*seed*/) const noexcept { return stored_hash; }
  bool same_key(const CombineEntry& other) const { return key_equal(key, other.key); }
  K owned_key() const { return key; }
  K take_key() { return std::move(key); }
};

template <class K, class V>
struct CombineEntry<K, V, KeyKind::kText> {
  TextKey key;
  std::uint64_t stored_hash;
  V value;

  std::uint64_t hash(std::uint64_t /*seed*/) const noexcept { return stored_hash; }
  bool same_key(const CombineEntry& other) const noexcept { return key == other.key; }
  K owned_key() const { return K(key.view()); }
  K take_key() { return K(key.view()); }
};

template <class K, class V>
struct CombineEntry<K, V, KeyKind::kInteger> {
  K key;
  V value;

  std::uint64_t hash(std::uint64_t seed) const noexcept { return hash_word(canonical_word(key), seed); }
  bool same_key(const CombineEntry& other) const noexcept { return key == other.key; }
  K owned_key() const { return key; }
  K take_key() { return key; }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
