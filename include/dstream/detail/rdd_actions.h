#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/batch.h>
#include <dstream/detail/block_format.h>
#include <dstream/detail/fold_exchange.h>
#include <dstream/detail/plan_node.h>
#include <dstream/export.h>
#include <dstream/format.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// What the actions of Rdd are made of.

template <class Record>
std::optional<Record> only(std::vector<Record> records) {
  if (records.empty()) return std::nullopt;
  return std::optional<Record>(std::move(records.front()));
}

/// Calls f with the records of one block that a collector of T made.
template <class T, class F>
void with_records(const Block& block, F&& f) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    const auto records = texts_of(block);
    f(std::span<const Owned<T>>(records.data(), records.size()));
  } else {
    f(array_of<T>(block));
  }
}

template <class T, class U, class Add, class Merge>
concept AggregateCallables =
    std::is_same_v<U, Owned<U>> && std::is_invocable_r_v<U, const Add&, U, const T&> &&
    std::is_invocable_r_v<U, const Merge&, U, U>;

/// Folds each slice, beginning with a zero, and merges the slices' values.
template <class T, class U, class Add, class Merge>
struct AggregateFold {
  using Value = U;
  static constexpr bool kHasZero = false;
  U zero;
  Add add_record;
  Merge merge_values;

  void add(std::optional<U>& value, Chunk chunk) const {
    U folded = value ? std::move(*value) : zero;
    for (const T& record : chunk.records<T>()) folded = add_record(std::move(folded), record);
    value = std::move(folded);
  }
  void merge(U& into, const U& from) const { into = merge_values(std::move(into), U(from)); }
};

/// Prints records of one type, given one by one; see format_value().
struct RecordPrinter {
  std::size_t size;  ///< of a record
  void (*print)(std::string& out, const void* record);
};
template <class T>
void print_record(std::string& out, const void* record) {
  format_value(out, *static_cast<const T*>(record));
}
template <class T>
inline constexpr RecordPrinter kRecordPrinter{sizeof(T), &print_record<T>};

/// Both write beside `path` first and throw Error{Errc::io}.
DSTREAM_EXPORT void save_text(JobRunner& jobs, const std::string& path,
                              const std::vector<BlockPtr>& blocks, const RecordPrinter& printer);
DSTREAM_EXPORT void save_objects(JobRunner& jobs, const std::string& path,
                                 const std::vector<BlockPtr>& blocks, const BlockFormat& format);

/// The node of a data set that is kept.
DSTREAM_EXPORT PlanNodePtr make_kept_node(JobRunner& jobs, const KeepRequest& request);

/// What StreamingContext::object_file() reads: the file, anew by each action.
DSTREAM_EXPORT std::shared_ptr<BlockProvider> make_object_file_provider(std::string path,
                                                                        const BlockFormat& format);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
