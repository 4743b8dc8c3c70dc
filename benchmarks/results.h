#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "digest.h"

namespace dstream::bench {

/// The result of one batch of an aggregation by key, in one or more parts.
template <class K, class V>
using KeyedResult = std::vector<std::vector<std::pair<K, V>>>;

using WordCounts = KeyedResult<std::string, std::int64_t>;
using CampaignCounts = KeyedResult<std::int32_t, std::int64_t>;
using KeySums = KeyedResult<std::uint64_t, std::uint64_t>;

/// What a digest takes of a value: a number itself, of others a hash that depends on the order.
template <std::integral V>
std::uint64_t digest_word(V value) {
  return static_cast<std::uint64_t>(value);
}
template <class A, class B>
std::uint64_t digest_word(const std::pair<A, B>& value) {
  return detail::hash_word(digest_word(value.first), digest_word(value.second));
}
template <class V>
std::uint64_t digest_word(const std::vector<V>& values) {
  std::uint64_t word = values.size();
  for (const V& value : values) word = detail::hash_word(digest_word(value), word);
  return word;
}

/// Digests of the results of all batches, in the order of the batches.
template <class K, class V>
Digest digest_of(const std::vector<KeyedResult<K, V>>& batches) {
  Digest digest;
  for (std::size_t batch = 0; batch < batches.size(); ++batch) {
    for (const auto& part : batches[batch]) {
      for (const auto& [key, value] : part) {
        if constexpr (std::integral<K>) {
          digest.add_number(static_cast<std::uint64_t>(key), digest_word(value), batch);
        } else {
          digest.add_text(key, value, batch);
        }
      }
    }
  }
  return digest;
}

/// One number per batch.
inline Digest digest_of(const std::vector<std::int64_t>& batches) {
  Digest digest;
  for (std::size_t batch = 0; batch < batches.size(); ++batch) {
    digest.add_number(0, static_cast<std::uint64_t>(batches[batch]), batch);
  }
  return digest;
}

}  // namespace dstream::bench
