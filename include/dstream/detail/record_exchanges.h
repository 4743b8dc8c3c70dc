#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include <dstream/detail/exchange.h>
#include <dstream/detail/kept_records.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// repartition(): the record at position i of the batch goes to partition i mod n, of exactly n.
DSTREAM_EXPORT std::shared_ptr<const Exchange> make_repartition_exchange(
    const RecordKeeping& keeping, std::uint32_t partitions);

/// How the library reads a shuffle for zip_with_index().
struct IndexReading {
  const RecordKeeping* records;
  const ElementType* result;
  std::size_t chunk;  ///< results handed on at once
  /// Makes a pair of a kept record and its index.
  void (*pair)(const void* kept, std::int64_t index, void* to);
};

template <class T>
void pair_with_index(const void* kept, std::int64_t index, void* to) {
  ::new (to) std::pair<T, std::int64_t>(look_at<T>(kept), index);
}
template <class T>
inline constexpr IndexReading kIndexReading{
    &kRecordKeeping<T>, &kResultType<std::pair<T, std::int64_t>>,
    chunk_capacity<std::pair<T, std::int64_t>>(), &pair_with_index<T>};

/// zip_with_index(): slices stay whole and in order. A reader takes a run of slices, knows the
/// sizes of those before, and counts on from there.
DSTREAM_EXPORT std::shared_ptr<const Exchange> make_index_exchange(const IndexReading& reading);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
