#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_arena.h>
#include <dstream/detail/combine_buffer.h>
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
inline constexpr KeyKind kKeyKind =
    std::is_same_v<K, std::string> ? KeyKind::kText
    : (std::is_integral_v<K> || std::is_enum_v<K>)&&sizeof(K) <= 8 && !HasHashAppend<K>
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

/// True for keys whose canonical word is extended by their sign.
template <class K>
constexpr bool is_signed_key() {
  if constexpr (std::is_enum_v<K>) {
    return is_signed_key<std::underlying_type_t<K>>();
  } else {
    return std::is_same_v<K, char> || std::is_signed_v<K>;
  }
}

/// A key and its value in a table or slice. The hash is the canonical one, hash_of(key, seed).
template <class K, class V, KeyKind kKind = kKeyKind<K>>
struct CombineEntry {
  static constexpr std::size_t kKeySize = sizeof(K);
  static constexpr bool kKeepsHash = true;

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
  static constexpr std::size_t kKeySize = sizeof(TextKey);
  static constexpr bool kKeepsHash = true;

  TextKey key;
  std::uint64_t stored_hash;
  V value;

  std::uint64_t hash(std::uint64_t /*seed*/) const noexcept { return stored_hash; }
  K owned_key() const { return string_of_key(key); }
  K take_key() { return string_of_key(key); }
};

template <class K, class V>
struct CombineEntry<K, V, KeyKind::kInteger> {
  static constexpr std::size_t kKeySize = sizeof(K);
  static constexpr bool kKeepsHash = false;

  K key;
  V value;

  std::uint64_t hash(std::uint64_t seed) const noexcept {
    return hash_word(canonical_word(key), seed);
  }
  K owned_key() const { return key; }
  K take_key() { return key; }
};

/// What the tables have to know of entries, which they see as bytes.
struct EntryType : ElementType {
  KeyKind kind;
  bool signed_key;            ///< of an integer: its word is extended by the sign
  bool slots;                 ///< cheap enough to lie in the slots of a hash table
  std::uint32_t key_size;     ///< the key comes first
  std::uint32_t hash_offset;  ///< of stored_hash; not for integers
  std::uint32_t value_offset;
};

template <class K, class V>
constexpr EntryType entry_type() {
  using Entry = CombineEntry<K, V>;
  constexpr auto align = [](std::size_t offset, std::size_t to) {
    return static_cast<std::uint32_t>((offset + to - 1) / to * to);
  };
  constexpr KeyKind kKind = kKeyKind<K>;
  constexpr std::uint32_t kHash = align(Entry::kKeySize, alignof(std::uint64_t));
  // Where the compiler puts them: offsetof is for few kinds of V only.
  constexpr std::uint32_t kValue =
      align(Entry::kKeepsHash ? kHash + sizeof(std::uint64_t) : Entry::kKeySize, alignof(V));
  static_assert(align(kValue + sizeof(V), alignof(Entry)) == sizeof(Entry));
  constexpr bool kSmall =
      std::is_trivially_copyable_v<V> && Entry::kKeySize + sizeof(V) <= 32 && alignof(V) <= 8;
  // All keys of one or two bytes lie in one dense range and are never looked up by hash.
  constexpr bool kSlots = kSmall && kKind != KeyKind::kAny && Entry::kKeySize >= 4;
  return {element_type<Entry>(),
          kKind,
          is_signed_key<K>(),
          kSlots,
          static_cast<std::uint32_t>(Entry::kKeySize),
          kHash,
          kValue};
}
template <class K, class V>
inline constexpr EntryType kEntryType = entry_type<K, V>();

}  // namespace detail
}  // namespace v1
}  // namespace dstream
