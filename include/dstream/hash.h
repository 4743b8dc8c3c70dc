#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dstream {
inline namespace v1 {
namespace detail {

// wyhash, final version 4 (Wang Yi, public domain): 64 x 64 -> 128 bit multiply folds.
inline constexpr std::uint64_t kWySecret[4] = {0x2d358dccaa6c78a5, 0x8bb84b93962eacc9,
                                               0x4b33a62ed433d4a3, 0x4d5a2da51de1aa47};

__extension__ using Uint128 = unsigned __int128;

inline void wy_multiply(std::uint64_t& a, std::uint64_t& b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  a = static_cast<std::uint64_t>(product);
  b = static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t wy_mix(std::uint64_t a, std::uint64_t b) {
  wy_multiply(a, b);
  return a ^ b;
}

inline std::uint64_t wy_read8(const char* p) {
  std::uint64_t v;
  std::memcpy(&v, p, 8);
  return v;
}

inline std::uint64_t wy_read4(const char* p) {
  std::uint32_t v;
  std::memcpy(&v, p, 4);
  return v;
}

inline std::uint64_t wy_read3(const char* p, std::size_t n) {
  const auto byte = [p](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(p[i])}; };
  return byte(0) << 16 | byte(n >> 1) << 8 | byte(n - 1);
}

/// Hash of a run of bytes.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  const char* p = bytes.data();
  const std::size_t n = bytes.size();
  seed ^= wy_mix(seed ^ kWySecret[0], kWySecret[1]);
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (n <= 16) {
    if (n >= 4) {
      const std::size_t middle = (n >> 3) << 2;
      a = wy_read4(p) << 32 | wy_read4(p + middle);
      b = wy_read4(p + n - 4) << 32 | wy_read4(p + n - 4 - middle);
    } else if (n > 0) {
      a = wy_read3(p, n);
    }
  } else {
    std::size_t left = n;
    if (left >= 48) {
      std::uint64_t see1 = seed;
      std::uint64_t see2 = seed;
      do {
        seed = wy_mix(wy_read8(p) ^ kWySecret[1], wy_read8(p + 8) ^ seed);
        see1 = wy_mix(wy_read8(p + 16) ^ kWySecret[2], wy_read8(p + 24) ^ see1);
        see2 = wy_mix(wy_read8(p + 32) ^ kWySecret[3], wy_read8(p + 40) ^ see2);
        p += 48;
        left -= 48;
      } while (left >= 48);
      seed ^= see1 ^ see2;
    }
    while (left > 16) {
      seed = wy_mix(wy_read8(p) ^ kWySecret[1], wy_read8(p + 8) ^ seed);
      left -= 16;
      p += 16;
    }
    a = wy_read8(p + left - 16);
    b = wy_read8(p + left - 8);
  }
  a ^= kWySecret[1];
  b ^= seed;
  wy_multiply(a, b);
  return wy_mix(a ^ kWySecret[0] ^ n, b ^ kWySecret[1]);
}

/// Hash of one 64-bit word (wyhash64).
inline std::uint64_t hash_word(std::uint64_t word, std::uint64_t seed) {
  std::uint64_t a = word ^ kWySecret[0];
  std::uint64_t b = seed ^ kWySecret[1];
  wy_multiply(a, b);
  return wy_mix(a ^ kWySecret[0], b ^ kWySecret[1]);
}

}  // namespace detail

/// Number of key groups: a partition is a contiguous range of them.
inline constexpr std::uint32_t kKeyGroups = 128;

/// The seed that hashing starts from unless `Options::hash_seed` says otherwise.
inline constexpr std::uint64_t kDefaultHashSeed = 0x5eed0d57'2ea30001;

/// The key group of a hash: its top seven bits.
constexpr std::uint32_t key_group(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 57);
}

/// The partition, of `partitions` (1 to kKeyGroups), that holds the hash's key group.
constexpr std::uint32_t partition_of(std::uint64_t hash, std::uint32_t partitions) {
  return key_group(hash) * partitions / kKeyGroups;
}

}  // namespace v1
}  // namespace dstream
