#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <dstream/detail/combine_entry.h>
#include <dstream/detail/text_key.h>
#include <dstream/hash.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// How the tables look at entries whose type they know at run time only. What runs per entry is
// compiled for the common sizes of entries and the sizes of integer keys.

template <class T>
T load(const std::byte* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T>
void store(std::byte* to, const T& value) noexcept {
  std::memcpy(to, &value, sizeof value);
}

/// A size that the compiler knows; 0 for one that it does not.
template <std::uint32_t kSize>
struct EntrySize {
  static constexpr std::uint32_t or_given(std::uint32_t size) noexcept {
    return kSize == 0 ? size : kSize;
  }
};

/// Calls body(EntrySize<..>()) with the entry's size, if it is a common one.
template <class Body>
decltype(auto) with_size(std::uint32_t size, const Body& body) {
  switch (size) {
    case 8:
      return body(EntrySize<8>());
    case 16:
      return body(EntrySize<16>());
    case 24:
      return body(EntrySize<24>());
    case 32:
      return body(EntrySize<32>());
    default:
      return body(EntrySize<0>());
  }
}

/// Calls body(Key()) with an integer whose conversion to 64 bits is the key's canonical word.
template <class Body>
decltype(auto) with_integer(const EntryType& type, Body&& body) {
  if (type.key_size == 8) return body(std::uint64_t());
  if (type.key_size == 4) return type.signed_key ? body(std::int32_t()) : body(std::uint32_t());
  if (type.key_size == 2) return type.signed_key ? body(std::int16_t()) : body(std::uint16_t());
  return type.signed_key ? body(std::int8_t()) : body(std::uint8_t());
}

/// The canonical word of an integer key.
template <class Key>
std::uint64_t word_of(const std::byte* entry) noexcept {
  const Key key = load<Key>(entry);
  if constexpr (std::is_signed_v<Key>) {
    return static_cast<std::uint64_t>(std::int64_t{key});
  } else {
    return key;
  }
}

/// Calls body(i, hash) with the canonical hash of each entry.
template <class Body>
void for_each_hash(const EntryType& type, const void* entries, std::size_t count,
                   std::uint64_t seed, const Body& body) {
  const std::byte* entry = static_cast<const std::byte*>(entries);
  if (type.kind != KeyKind::kInteger) {
    entry += type.hash_offset;
    for (std::size_t i = 0; i < count; ++i, entry += type.size) body(i, load<std::uint64_t>(entry));
    return;
  }
  with_integer(type, [&]<class Key>(Key) {
    for (std::size_t i = 0; i < count; ++i, entry += type.size) {
      body(i, hash_word(word_of<Key>(entry), seed));
    }
  });
}

/// The hash by which a table finds text and integers: cheaper than the canonical one, which only
/// new keys need.
class KeyMixer {
 public:
  explicit KeyMixer(std::uint64_t seed) noexcept
      : low_(hash_word(1, seed)), high_(hash_word(2, seed)) {}

  std::uint64_t operator()(std::uint64_t low, std::uint64_t high = 0) const noexcept {
    return wy_mix(low ^ low_, high ^ high_);
  }
  /// Makes the key of a text, which points to a long one.
  std::uint64_t of_text(std::string_view text, std::uint64_t seed, TextKey& key) const {
    if (text.size() > TextKey::kMostInline) return long_text_key(text, seed, key);
    key = make_text_key(text);
    return (*this)(key.low, key.high);
  }
  /// `stored`: the hash of a long text.
  std::uint64_t of(const TextKey& key, std::uint64_t stored) const noexcept {
    return is_long_key(key) ? stored : (*this)(key.low, key.high);
  }

 private:
  std::uint64_t low_;
  std::uint64_t high_;
};

/// Calls body(i, hash) with the hash by which a table finds each entry.
template <class Body>
void for_each_table_hash(const EntryType& type, const void* entries, std::size_t count,
                         const KeyMixer& mix, const Body& body) {
  const std::byte* entry = static_cast<const std::byte*>(entries);
  if (type.kind == KeyKind::kInteger) {
    with_integer(type, [&]<class Key>(Key) {
      for (std::size_t i = 0; i < count; ++i, entry += type.size) body(i, mix(word_of<Key>(entry)));
    });
    return;
  }
  for (std::size_t i = 0; i < count; ++i, entry += type.size) {
    const auto stored = load<std::uint64_t>(entry + type.hash_offset);
    body(i, type.kind == KeyKind::kText ? mix.of(load<TextKey>(entry), stored) : stored);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
