#pragma once

#include <cstdint>
#include <string_view>

#include <dstream/hash.h>

namespace dstream::bench {

/// What a variant found, whatever the order in which it found it: equal digests, equal results.
struct Digest {
  std::uint64_t results = 0;
  std::uint64_t sum = 0;

  void add(std::uint64_t key_hash, std::uint64_t value, std::uint64_t batch) {
    ++results;
    sum += detail::hash_word(key_hash ^ detail::hash_word(value, batch), kSeed);
  }
  void add_text(std::string_view key, std::int64_t value, std::uint64_t batch) {
    add(detail::hash_bytes(key, kSeed), static_cast<std::uint64_t>(value), batch);
  }
  void add_number(std::uint64_t key, std::uint64_t value, std::uint64_t batch) {
    add(detail::hash_word(key, kSeed), value, batch);
  }

  friend bool operator==(const Digest&, const Digest&) = default;

  static constexpr std::uint64_t kSeed = 0x9e3779b97f4a7c15;
};

}  // namespace dstream::bench
