#include <dstream/detail/combine_instances.h>

namespace dstream {
inline namespace v1 {
namespace detail {

template void CombineTable<std::string, std::int64_t>::add(std::span<const std::string_view>,
                                                           const IdentityKey&,
                                                           const CountFold<std::int64_t>&);
template void CombineTable<std::string, std::int64_t>::scatter(
    std::uint32_t, CombinedSlice<std::string, std::int64_t>&);
template void MergeTable<std::string, std::int64_t>::fold_group<false>(
    std::span<CombinedSlice<std::string, std::int64_t>* const>, std::uint32_t, std::size_t,
    const CountFold<std::int64_t>&);
template void CombineTable<std::int64_t, std::int64_t>::add(std::span<const std::int64_t>,
                                                            const IdentityKey&,
                                                            const CountFold<std::int64_t>&);
template void CombineTable<std::int64_t, std::int64_t>::scatter(
    std::uint32_t, CombinedSlice<std::int64_t, std::int64_t>&);
template void MergeTable<std::int64_t, std::int64_t>::fold_group<false>(
    std::span<CombinedSlice<std::int64_t, std::int64_t>* const>, std::uint32_t, std::size_t,
    const CountFold<std::int64_t>&);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
