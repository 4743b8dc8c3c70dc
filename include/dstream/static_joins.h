#pragma once

#include <source_location>
#include <utility>

#include <dstream/detail/keying.h>
#include <dstream/partitions.h>
#include <dstream/rdd.h>

namespace dstream {
inline namespace v1 {

template <class T>
class DStream;

/// The joins of a stream of pairs with a data set of pairs that does not change: each batch is
/// joined with all of it, as Rdd's joins do it, in DStream::transform_with(). The data set is
/// shuffled anew with every batch: partition it once with partition_by() and cache() it only where
/// it is not plain data.
template <class T>
class StaticJoins {
 public:
  /// All pairs of values of each key: (key, (value, value)).
  template <class U, class P = Partitions>
  auto join(const Rdd<U>& table, P partitions = {},
            std::source_location where = std::source_location::current()) const {
    return with(table, where, [partitions](const Rdd<T>& batch, const Rdd<U>& rows) {
      return batch.join(rows, partitions);
    });
  }

  /// As join; a value of the stream without a match comes with an empty optional.
  template <class U, class P = Partitions>
  auto left_outer_join(const Rdd<U>& table, P partitions = {},
                       std::source_location where = std::source_location::current()) const {
    return with(table, where, [partitions](const Rdd<T>& batch, const Rdd<U>& rows) {
      return batch.left_outer_join(rows, partitions);
    });
  }

  /// As join; a value of the data set without a match comes with an empty optional.
  template <class U, class P = Partitions>
  auto right_outer_join(const Rdd<U>& table, P partitions = {},
                        std::source_location where = std::source_location::current()) const {
    return with(table, where, [partitions](const Rdd<T>& batch, const Rdd<U>& rows) {
      return batch.right_outer_join(rows, partitions);
    });
  }

  /// Both outer joins in one.
  template <class U, class P = Partitions>
  auto full_outer_join(const Rdd<U>& table, P partitions = {},
                       std::source_location where = std::source_location::current()) const {
    return with(table, where, [partitions](const Rdd<T>& batch, const Rdd<U>& rows) {
      return batch.full_outer_join(rows, partitions);
    });
  }

 private:
  /// Not instantiated where the types do not fit, so that the check's message stands alone.
  template <class U, class F>
  auto with(const Rdd<U>& table, std::source_location where, F f) const {
    if constexpr (detail::check_join<Rdd<T>, Rdd<U>>()) {
      return static_cast<const DStream<T>&>(*this).transform_with(table, std::move(f), where);
    }
  }
};

}  // namespace v1
}  // namespace dstream
