#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
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

/// The records of one block that a collector of T made.
template <class T>
std::vector<Owned<T>> records_of(BlockPtr block) {
  std::vector<BlockPtr> one(1, std::move(block));
  return take_records<T>(std::move(one));
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

/// Prints chunks, a line per record.
template <class T>
class PrintLinesStep final : public Step {
 public:
  explicit PrintLinesStep(std::string& out) : out_(out) {}
  void process(Chunk chunk) override {
    for (const T& record : chunk.records<T>()) {
      format_value(out_, record);
      out_ += '\n';
    }
  }

 private:
  std::string& out_;
};

/// Appends the records [begin, end) of a block as lines.
using BlockPrinter = void (*)(const Block& block, std::size_t begin, std::size_t end,
                              std::string& out);
template <class T>
void print_block(const Block& block, std::size_t begin, std::size_t end, std::string& out) {
  PrintLinesStep<T> step(out);
  block.read(begin, end, step);
}

/// Both write beside `path` first and throw Error{Errc::io}.
DSTREAM_EXPORT void save_text(JobRunner& jobs, const std::string& path,
                              const std::vector<BlockPtr>& blocks, BlockPrinter print);
DSTREAM_EXPORT void save_objects(JobRunner& jobs, const std::string& path,
                                 const std::vector<BlockPtr>& blocks, const BlockFormat& format);

/// The node of a data set that is kept.
DSTREAM_EXPORT PlanNodePtr make_kept_node(JobRunner& jobs, const KeepRequest& request);

/// What StreamingContext::object_file() reads: the file, anew by each action.
DSTREAM_EXPORT std::shared_ptr<BlockProvider> make_object_file_provider(std::string path,
                                                                        const BlockFormat& format);

/// [begin, end) of the i-th of `slices` nearly equal pieces of `size` records, as Spark cuts them.
DSTREAM_EXPORT std::pair<std::size_t, std::size_t> piece_of(std::size_t size, std::size_t slices,
                                                            std::size_t i);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
