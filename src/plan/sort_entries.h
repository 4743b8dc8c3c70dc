#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dstream/detail/sorting.h"
#include "dstream/export.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Sorts by key, stable. `scratch` has room for as many entries. Radix sort: the leading bits that
/// differ, as many as tell most entries apart, from the lowest digit up (LSD), then the few groups
/// that they leave, each by itself. Linear in the number of entries for most data, and never worse
/// than one LSD sort over all bits and log(n) comparisons for the groups.
template <class Entry>
void sort_entries(Entry* entries, Entry* scratch, std::size_t count);
extern template DSTREAM_EXPORT void sort_entries(SortEntry32*, SortEntry32*, std::size_t);
extern template DSTREAM_EXPORT void sort_entries(SortEntry64*, SortEntry64*, std::size_t);

/// The part of every sorted run that belongs to a range: [begin, end) positions. See RangeCutter.
struct RunRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Cuts sorted runs; `ranges` has as many elements as `runs`.
template <class Entry>
void cut_runs(std::span<const std::span<const Entry>> runs, std::uint32_t index,
              std::uint32_t count, std::span<RunRange> ranges);
extern template DSTREAM_EXPORT void cut_runs(std::span<const std::span<const SortEntry32>>,
                                             std::uint32_t, std::uint32_t, std::span<RunRange>);
extern template DSTREAM_EXPORT void cut_runs(std::span<const std::span<const SortEntry64>>,
                                             std::uint32_t, std::uint32_t, std::span<RunRange>);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
