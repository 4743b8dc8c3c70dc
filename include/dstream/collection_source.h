#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <dstream/detail/input_source.h>
#include <dstream/detail/source_blocks.h>
#include <dstream/export.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {

/// How a collection becomes a stream.
struct CollectionOptions {
  /// Records of a batch, at least 1; the last batch has the rest.
  std::size_t batch_records = std::size_t{64} << 10;
};

namespace detail {

/// Throws Error{Errc::invalid_argument} for batches of no records.
DSTREAM_EXPORT std::shared_ptr<InputSource> make_batches_source(const HostRecords& records,
                                                                const CollectionOptions& options);
/// The numbers of a range, made when they are read. Throws Error{Errc::invalid_argument} for a step
/// of 0.
DSTREAM_EXPORT std::shared_ptr<InputSource> make_range_source(std::int64_t begin, std::int64_t end,
                                                              std::int64_t step,
                                                              const CollectionOptions& options);

/// A collection, cut into batches beforehand. A batch's memory goes with the batch.
template <class T>
std::shared_ptr<InputSource> make_collection_source(std::vector<T>&& records,
                                                    const CollectionOptions& options) {
  check_retainable<T>();
  std::shared_ptr<InputSource> source;
  with_host_records(records,
                    [&](const HostRecords& all) { source = make_batches_source(all, options); });
  return source;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
