#include "dstream/detail/common_instances.h"

#include "dstream/output.h"

namespace dstream {
inline namespace v1 {
namespace detail {

template DSTREAM_EXPORT TerminalPtr make_collector<std::string_view>(std::size_t);
template DSTREAM_EXPORT TerminalPtr make_collector<std::string>(std::size_t);
template DSTREAM_EXPORT TerminalPtr make_collector<std::int64_t>(std::size_t);
template DSTREAM_EXPORT TerminalPtr make_collector<std::pair<std::string, std::int64_t>>(std::size_t);

template DSTREAM_EXPORT std::shared_ptr<const Exchange> make_count_exchange<std::string_view>(
    KeyPartitions);
template DSTREAM_EXPORT std::shared_ptr<const Exchange> make_count_exchange<std::string>(
    KeyPartitions);
template DSTREAM_EXPORT std::shared_ptr<const Exchange> make_count_exchange<std::int64_t>(
    KeyPartitions);

template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::int32_t, void, KeyCountFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::uint32_t, void, KeyCountFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::int64_t, void, KeyCountFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::uint64_t, void, KeyCountFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::string, void, KeyCountFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::int32_t, void, PresenceFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::uint32_t, void, PresenceFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::int64_t, void, PresenceFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::uint64_t, void, PresenceFold>();
template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::string, void, PresenceFold>();

template DSTREAM_EXPORT StepPtr
make_step<FlatMapStep<std::string_view, std::string_view, SplitWords>, SplitWords>(const void*);

template DSTREAM_EXPORT std::shared_ptr<OutputOperation> make_print_output<std::string_view>(
    std::size_t);
template DSTREAM_EXPORT std::shared_ptr<OutputOperation> make_print_output<std::string>(std::size_t);
template DSTREAM_EXPORT std::shared_ptr<OutputOperation> make_print_output<std::int64_t>(std::size_t);
template DSTREAM_EXPORT std::shared_ptr<OutputOperation>
make_print_output<std::pair<std::string, std::int64_t>>(std::size_t);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
