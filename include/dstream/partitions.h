#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

namespace detail {
struct Origin;
}

/// How many partitions a shuffle has: a number from 1 to 128, or, left out, the context's
/// Options::default_partitions. Results do not depend on it unless an operator says so.
class DSTREAM_EXPORT Partitions {
 public:
  constexpr Partitions() = default;
  /// Any number is taken here, so that a negative one is seen as such; the operator refuses what is
  /// out of range with Error{Errc::invalid_argument}.
  template <std::integral I>
  constexpr Partitions(I count)
      : count_(std::in_range<std::int64_t>(count) ? static_cast<std::int64_t>(count)
                                                  : std::numeric_limits<std::int64_t>::max()),
        given_(true) {}

  // For the library: the count, or 0 for the default. Throws what an operator refuses.
  std::uint32_t checked(const detail::Origin& origin) const;

 private:
  std::int64_t count_ = 0;
  bool given_ = false;
};

/// A user's choice of partitions; made by partition_by().
template <class F>
struct PartitionBy {
  F f;
  Partitions partitions;
};

/// Has a shuffle of `partitions` partitions send each key to partition `f(key)`, any integer from 0
/// to partitions - 1: `reduce_by_key(plus, partition_by([](const City& c) { return c.shard; }, 8))`.
/// Left out, keys are spread by their hash. Keys that are text reach f as std::string_view, unless
/// it wants a std::string.
///
/// f is called from several threads and must give the same for equal keys; where an operator
/// combines, once per distinct key of a slice, otherwise once per record. If it throws or returns
/// anything else the batch fails with Error{Errc::invalid_argument}.
template <class F>
PartitionBy<F> partition_by(F f, Partitions partitions) {
  return {std::move(f), partitions};
}

}  // namespace v1
}  // namespace dstream
