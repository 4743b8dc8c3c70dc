#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_arena.h>
#include <dstream/detail/text_key.h>
#include <dstream/export.h>
#include <dstream/hash.h>
#include <dstream/hash_of.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The kinds of keys that the tables treat differently.
enum class KeyKind { kText, kInteger, kAny };

template <class K>
inline constexpr KeyKind kKeyKind = std::is_same_v<K, std::string> ? KeyKind::kText
                                    : (std::is_integral_v<K> || std::is_enum_v<K>)&&sizeof(K) <=
                                                8 &&
                                            !HasHashAppend<K>
                                        ? KeyKind::kInteger
                                        : KeyKind::kAny;

// A text longer than TextKey::kMostInline: low points to its bytes; high holds 0xFF, 24 bits of its
// hash and its length in 32 bits.

inline bool is_long_key(const TextKey& key) noexcept { return (key.high >> 56) == 0xFF; }

/// The text of a key, inside the key itself if it is short.
inline std::string_view text_of_key(const TextKey& key) noexcept {
  if (is_long_key(key)) {
    return {reinterpret_cast<const char*>(key.low), std::size_t{key.high & 0xFFFFFFFF}};
  }
  return {reinterpret_cast<const char*>(&key), std::size_t{key.high >> 56} - 1};
}

inline std::string string_of_key(const TextKey& key) {
  if (is_long_key(key)) return std::string(text_of_key(key));
  // A copy of constant length is a few instructions, one of unknown length a call.
  std::string text(reinterpret_cast<const char*>(&key), TextKey::kMostInline);
  text.resize(std::size_t{key.high >> 56} - 1);
  return text;
}

inline bool same_text_key(const TextKey& a, const TextKey& b) noexcept {
  if (a.high != b.high) return false;
  return a.low == b.low || (is_long_key(a) && text_of_key(a) == text_of_key(b));
}

/// The key of a longer text, pointing to its bytes, and the text's hash. Throws Error{capacity} for
/// 4 GiB and more.
DSTREAM_EXPORT std::uint64_t long_text_key(std::string_view text, std::uint64_t seed, TextKey& key);

/// Gives the key its own copy of a long text; returns the text's hash.
DSTREAM_EXPORT std::uint64_t own_text_key(TextKey& key, TextArena& arena, std::uint64_t seed);

template <class K>
constexpr bool is_signed_key() {
  if constexpr (std::is_enum_v<K>) return std::is_signed_v<std::underlying_type_t<K>>;
  return std::is_signed_v<K>;
}

/// True for keys whose 64-bit word is to be read as a signed number.
template <class K>
inline constexpr bool kSignedKey = is_signed_key<K>();

/// True if an entry is cheap enough to lie in the slots of a hash table.
template <class Key, class V>
inline constexpr bool kSmallEntry = std::is_trivially_copyable_v<V> &&
                                    sizeof(Key) + sizeof(V) <= 32 && alignof(V) <= 8;

/// A key and its value in a table or slice. The hash is the canonical one, hash_of(key, seed).
template <class K, class V, KeyKind kKind = kKeyKind<K>>
struct CombineEntry {
  static constexpr bool kSlots = false;

  K key;
  std::uint64_t stored_hash;
  V value;

  std::uint64_t hash(std::uint64_t /*seed*/) const noexcept { return stored_hash; }
  template <class Key>
  bool matches(const Key& other, std::uint64_t hash) const {
    return stored_hash == hash && key_equal(key, other);
  }
  K owned_key() const { return key; }
  K take_key() { return std::move(key); }
};

template <class K, class V>
struct CombineEntry<K, V, KeyKind::kText> {
  static constexpr bool kSlots = kSmallEntry<TextKey, V>;

  TextKey key;
  std::uint64_t stored_hash;
  V value;

  std::uint64_t hash(std::uint64_t /*seed*/) const noexcept { return stored_hash; }
  bool matches(const TextKey& other, std::uint64_t /*hash*/) const noexcept {
    return same_text_key(key, other);
  }
  K owned_key() const { return string_of_key(key); }
  K take_key() { return string_of_key(key); }

  // In a SlotStore: no key is all zero.
  static bool is_marker(const TextKey& /*key*/) noexcept { return false; }
  bool empty() const noexcept { return key.high == 0; }
  void set_empty() noexcept { key.high = 0; }
};

template <class K, class V>
struct CombineEntry<K, V, KeyKind::kInteger> {
  static constexpr bool kSlots = kSmallEntry<K, V>;

  K key;
  V value;

  std::uint64_t hash(std::uint64_t seed) const noexcept {
    return hash_word(canonical_word(key), seed);
  }
  bool matches(K other, std::uint64_t /*hash*/) const noexcept { return key == other; }
  K owned_key() const { return key; }
  K take_key() { return key; }

  // In a SlotStore: an unlikely number stands for an empty slot.
  static bool is_marker(K key) noexcept { return key == marker(); }
  bool empty() const noexcept { return is_marker(key); }
  void set_empty() noexcept { key = marker(); }

 private:
  static K marker() noexcept {
    constexpr std::uint64_t kWord = 0x8000'0000'0000'0001 >> (64 - 8 * sizeof(K)) | 1;
    if constexpr (std::is_enum_v<K>) {
      return static_cast<K>(static_cast<std::underlying_type_t<K>>(kWord));
    } else {
      return static_cast<K>(kWord);
    }
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
