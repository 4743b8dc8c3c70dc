#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_entry.h>
#include <dstream/detail/exchange.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/plan_node.h>
#include <dstream/export.h>
#include <dstream/partitions.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// A key as partition_by() hands it to the user's function.
template <class K>
using PartitionKey =
    std::conditional_t<kKeyKind<K> == KeyKind::kText, std::string_view,
                       std::conditional_t<kKeyKind<K> == KeyKind::kInteger, K, const K&>>;

/// Into how many partitions a shuffle by keys goes, and which holds a key. The user's function is
/// behind an indirect call, so that its type stays out of the shuffle's.
struct DSTREAM_EXPORT KeyPartitions {
  std::uint32_t count = 0;               ///< 0: the context's default
  std::shared_ptr<const void> function;  ///< null: by the key's hash
  /// Calls the function with a key as it lies in an entry.
  std::int64_t (*call)(const void* function, const void* key) = nullptr;
  Origin origin;

  std::uint32_t counted(const ExchangeSettings& settings) const {
    return count == 0 ? settings.partitions : count;
  }
  /// What the user's function says of a key that lies in an entry.
  std::uint32_t partition_of(const void* key, std::uint32_t partitions) const;
};

/// What F gives for a key of K; no type where it takes none.
template <class F, class K>
struct PartitionResult {};
template <class F, class K>
  requires std::is_invocable_v<const F&, PartitionKey<K>>
struct PartitionResult<F, K> {
  using type = std::invoke_result_t<const F&, PartitionKey<K>>;
};
template <class F>
  requires(!std::is_invocable_v<const F&, std::string_view> &&
           std::is_invocable_v<const F&, const std::string&>)
struct PartitionResult<F, std::string> {
  using type = std::invoke_result_t<const F&, const std::string&>;
};

template <class F, class K>
concept Partitioner = std::integral<std::decay_t<typename PartitionResult<F, K>::type>>;

template <class K>
PartitionKey<K> key_in_entry(const void* key) {
  if constexpr (kKeyKind<K> == KeyKind::kText) {
    return text_of_key(*static_cast<const TextKey*>(key));
  } else if constexpr (kKeyKind<K> == KeyKind::kInteger) {
    K value;  // its low bytes come first, whether a word or a K lies there
    std::memcpy(&value, key, sizeof(K));
    return value;
  } else {
    return *static_cast<const K*>(key);
  }
}

template <class F, class K>
std::int64_t call_partitioner(const void* function, const void* entry_key) {
  const F& f = *static_cast<const F*>(function);
  const auto given = [&] {
    PartitionKey<K> key = key_in_entry<K>(entry_key);
    if constexpr (std::is_invocable_v<const F&, PartitionKey<K>>) {
      return f(key);
    } else {
      return f(K(key));
    }
  }();
  // A number beyond the range is no partition either.
  return std::in_range<std::int64_t>(+given) ? static_cast<std::int64_t>(given)
                                             : std::numeric_limits<std::int64_t>::max();
}

template <class P>
inline constexpr bool kIsPartitionBy = false;
template <class F>
inline constexpr bool kIsPartitionBy<PartitionBy<F>> = true;

/// What an operator's last parameter says: Partitions, or a number, or partition_by(f, n).
template <class K, class P>
KeyPartitions key_partitions(P given, const Origin& origin) {
  if constexpr (kIsPartitionBy<P>) {
    using F = decltype(given.f);
    constexpr bool kFits = Partitioner<F, K>;  // not the concept: its failure adds notes
    static_assert(kFits,
                  "partition_by: the function must be callable as f(key) (const, for several "
                  "threads) and return an integer");
    if constexpr (kFits) {
      return {given.partitions.checked(origin), keep(new F(std::move(given.f)), &destroy_object<F>),
              &call_partitioner<F, K>, origin};
    } else {
      return {};
    }
  } else {
    constexpr bool kIsPartitions = std::is_convertible_v<P, Partitions>;
    static_assert(kIsPartitions,
                  "the partitions of a shuffle are a number from 1 to 128, or partition_by(f, n)");
    if constexpr (kIsPartitions) {
      return {Partitions(given).checked(origin), nullptr, nullptr, origin};
    } else {
      return {};
    }
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
