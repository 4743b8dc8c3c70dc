#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "plan/guard_step.h"
#include "plan/stage_graph.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// The steps of one stage, wired up for one task at a time; recycled from task to task. The plan
/// is shared and immutable, all that changes while records flow is in here.
class Pipeline {
 public:
  Pipeline(const Stage& stage, const ExchangeSettings& settings);

  /// A task on this input begins. Steps that its records cannot reach take no part in it. `skips` is
  /// told of outputs that are left out, until the next begin().
  void begin(std::uint32_t input, const TaskContext& context, OutputSkips& skips);
  /// Hands [begin, end) of a block to the consumers of the input; gives the number of records.
  std::uint64_t read_block(std::uint32_t input, const Block& block, std::size_t begin,
                           std::size_t end);
  /// Hands one partition of a shuffle to the consumers of the input.
  /// `parents`: the slices of each parent of the shuffle.
  void read_exchange(std::uint32_t input, std::span<const std::span<const SliceOutputPtr>> parents,
                     std::uint32_t partition);
  /// Ends the slice: everything held back has been handed on.
  void flush(std::uint32_t input);
  SliceOutputPtr take(std::uint32_t terminal);
  /// After a failed attempt: drops what is held.
  void reset() noexcept;
  /// Memory that the combine tables keep between tasks, in bytes.
  std::size_t table_bytes() const;

  /// The operator at work, or that was when an exception left it.
  const PlanNode* active_node() const;

 private:
  Step* consumers_of(const PlanNode* node);
  Step* add(StepPtr step, const PlanNode* node);
  Step* step_for(const PlanNode* node);
  std::vector<Step*> steps_behind(const PlanNode* entry) const;

  const Stage& stage_;
  Step* active_ = nullptr;
  OutputSkips* skips_ = nullptr;
  std::vector<StepPtr> steps_;               // parents first
  std::vector<std::vector<Step*>> reached_;  // per input, in the order of flush()
  std::vector<StepPtr> wiring_;              // tees and entries, which hold nothing
  std::vector<TerminalPtr> terminals_;
  std::vector<Step*> entries_;      // per input
  std::vector<ReaderPtr> readers_;  // per input, null where not a shuffle
  std::unordered_map<const Step*, const PlanNode*> node_of_;
  std::unordered_map<const PlanNode*, Step*> step_of_;
  std::unordered_map<const PlanNode*, Step*> consumers_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
