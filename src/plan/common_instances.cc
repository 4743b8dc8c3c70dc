#include "dstream/detail/common_instances.h"

#include "dstream/detail/fold_exchange.h"
#include "dstream/output.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

struct BatchCountFold {
  using Value = std::int64_t;
  static constexpr bool kHasZero = true;

  void add(std::optional<Value>& value, Chunk chunk) const {
    value = value.value_or(0) + static_cast<std::int64_t>(chunk.size);
  }
  void merge(Value& into, const Value& from) const { into += from; }
};

}  // namespace

std::shared_ptr<const Exchange> make_batch_count() {
  return std::make_shared<FoldExchange<BatchCountFold>>(BatchCountFold{});
}

template DSTREAM_EXPORT TerminalPtr make_collector<std::string>(std::size_t);
template DSTREAM_EXPORT TerminalPtr
    make_collector<std::pair<std::string, std::int64_t>>(std::size_t);
template DSTREAM_EXPORT std::vector<std::string> take_records<std::string>(std::vector<BlockPtr>&&);
template DSTREAM_EXPORT std::vector<std::int64_t> take_records<std::int64_t>(
    std::vector<BlockPtr>&&);
template DSTREAM_EXPORT std::vector<std::pair<std::string, std::int64_t>>
take_records<std::pair<std::string, std::int64_t>>(std::vector<BlockPtr>&&);
template DSTREAM_EXPORT void print_record<std::string>(std::string&, const void*);
template DSTREAM_EXPORT void print_record<std::string_view>(std::string&, const void*);
template DSTREAM_EXPORT void print_record<std::int64_t>(std::string&, const void*);
template DSTREAM_EXPORT void print_record<std::pair<std::string, std::int64_t>>(std::string&,
                                                                                const void*);

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

}  // namespace detail
}  // namespace v1
}  // namespace dstream
