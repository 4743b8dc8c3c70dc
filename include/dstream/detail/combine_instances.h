#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <dstream/detail/combine_merge.h>
#include <dstream/detail/combine_table.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// The tables of the commonest jobs, compiled once inside the library: counts by text and by number,
// and in particular the whole of count_by_value() on text.
extern template DSTREAM_EXPORT void CombineTable<std::string, std::int64_t>::add(
    std::span<const std::string_view>, const IdentityKey&, const CountFold<std::int64_t>&);
extern template DSTREAM_EXPORT void CombineTable<std::string, std::int64_t>::scatter(
    std::uint32_t, CombinedSlice<std::string, std::int64_t>&);
extern template DSTREAM_EXPORT void MergeTable<std::string, std::int64_t>::fold_group<false>(
    std::span<CombinedSlice<std::string, std::int64_t>* const>, std::uint32_t, std::size_t,
    const CountFold<std::int64_t>&);
extern template DSTREAM_EXPORT void CombineTable<std::int64_t, std::int64_t>::add(
    std::span<const std::int64_t>, const IdentityKey&, const CountFold<std::int64_t>&);
extern template DSTREAM_EXPORT void CombineTable<std::int64_t, std::int64_t>::scatter(
    std::uint32_t, CombinedSlice<std::int64_t, std::int64_t>&);
extern template DSTREAM_EXPORT void MergeTable<std::int64_t, std::int64_t>::fold_group<false>(
    std::span<CombinedSlice<std::int64_t, std::int64_t>* const>, std::uint32_t, std::size_t,
    const CountFold<std::int64_t>&);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
