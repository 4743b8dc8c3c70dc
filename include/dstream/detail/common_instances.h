#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/batch.h>
#include <dstream/detail/collector.h>
#include <dstream/detail/keyed_exchange.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/rdd_actions.h>
#include <dstream/export.h>
#include <dstream/text.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// What the commonest jobs need, compiled once inside the library: a user's word count instantiates
// none of it.
extern template DSTREAM_EXPORT TerminalPtr make_collector<std::string>(std::size_t);
extern template DSTREAM_EXPORT TerminalPtr
    make_collector<std::pair<std::string, std::int64_t>>(std::size_t);
extern template DSTREAM_EXPORT std::vector<std::string> take_records<std::string>(
    std::vector<BlockPtr>&&);
extern template DSTREAM_EXPORT std::vector<std::int64_t> take_records<std::int64_t>(
    std::vector<BlockPtr>&&);
extern template DSTREAM_EXPORT std::vector<std::pair<std::string, std::int64_t>>
take_records<std::pair<std::string, std::int64_t>>(std::vector<BlockPtr>&&);
extern template DSTREAM_EXPORT void print_record<std::string>(std::string&, const void*);
extern template DSTREAM_EXPORT void print_record<std::string_view>(std::string&, const void*);
extern template DSTREAM_EXPORT void print_record<std::int64_t>(std::string&, const void*);
extern template DSTREAM_EXPORT void print_record<std::pair<std::string, std::int64_t>>(std::string&,
                                                                                       const void*);

extern template DSTREAM_EXPORT std::shared_ptr<const Exchange>
    make_count_exchange<std::string_view>(KeyPartitions);
extern template DSTREAM_EXPORT std::shared_ptr<const Exchange> make_count_exchange<std::string>(
    KeyPartitions);
extern template DSTREAM_EXPORT std::shared_ptr<const Exchange> make_count_exchange<std::int64_t>(
    KeyPartitions);

extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::int32_t, void, KeyCountFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::uint32_t, void, KeyCountFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::int64_t, void, KeyCountFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::uint64_t, void, KeyCountFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::string, void, KeyCountFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::int32_t, void, PresenceFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::uint32_t, void, PresenceFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::int64_t, void, PresenceFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::uint64_t, void, PresenceFold>();
extern template DSTREAM_EXPORT const FoldLoops&
fold_loops_of<AnyRecord, std::string, void, PresenceFold>();

extern template DSTREAM_EXPORT StepPtr
make_step<FlatMapStep<std::string_view, std::string_view, SplitWords>, SplitWords>(const void*);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
