#include "plan/pipeline.h"

#include <dstream/detail/narrow_steps.h>

#include <algorithm>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// Stands for the reading side of a source or shuffle, so that a throwing merge is traced to it.
class EntryStep final : public Step {
 public:
  void process(Chunk chunk) override {
    records += chunk.size;
    hand_on(chunk);
  }
  std::uint64_t records = 0;
};

/// Takes records that nobody wants.
class DiscardStep final : public Step {
 public:
  void process(Chunk) override {}
};

bool consumes(const PlanNode* consumer, const PlanNode* producer) {
  return std::any_of(consumer->parents.begin(), consumer->parents.end(),
                     [producer](const PlanNodePtr& parent) { return parent.get() == producer; });
}

}  // namespace

Pipeline::Pipeline(const Stage& stage, const ExchangeSettings& settings) : stage_(stage) {
  for (const StageTerminal& terminal : stage.terminals) {
    terminals_.push_back(terminal.make(settings));
    const PlanNode* node = terminal.exchange;
    node_of_[terminals_.back().get()] = node != nullptr ? node : terminal.of;
    terminals_.back()->connect(nullptr, &active_);
  }
  // Children first, so that each step finds its consumers made.
  for (auto node = stage.nodes.rbegin(); node != stage.nodes.rend(); ++node) step_for(*node);
  std::reverse(steps_.begin(), steps_.end());
  for (const StageInput& input : stage.inputs) {
    auto entry = std::make_unique<EntryStep>();
    entry->connect(consumers_of(input.entry), &active_);
    node_of_[entry.get()] = input.entry;
    entries_.push_back(entry.get());
    reached_.push_back(steps_behind(input.entry));
    wiring_.push_back(std::move(entry));
    readers_.push_back(
        input.kind == StageInput::Kind::exchange
            ? static_cast<const ExchangeNode*>(input.entry)->exchange->make_reader(settings)
            : nullptr);
  }
}

Step* Pipeline::step_for(const PlanNode* node) {
  if (const auto known = step_of_.find(node); known != step_of_.end()) return known->second;
  StepPtr step;
  if (node->kind == NodeKind::narrow) {
    step = static_cast<const NarrowNode*>(node)->make_step();
    step->connect(consumers_of(node), &active_);
  } else if (node->kind == NodeKind::output) {
    const auto& output = *static_cast<const OutputNode*>(node);
    step = output.operation->make_step();
    step->connect(nullptr, &active_);
    if (output.operation->on_failure == OutputFailure::skip) {
      step = std::make_unique<GuardStep>(std::move(step), output, &skips_);
      step->connect(nullptr, &active_);
    }
  } else {
    return nullptr;
  }
  return add(std::move(step), node);
}

Step* Pipeline::add(StepPtr step, const PlanNode* node) {
  Step* const result = step.get();
  node_of_[result] = node;
  step_of_[node] = result;
  steps_.push_back(std::move(step));
  return result;
}

Step* Pipeline::consumers_of(const PlanNode* node) {
  if (const auto known = consumers_.find(node); known != consumers_.end()) return known->second;
  std::vector<Step*> found;
  for (const PlanNode* consumer : stage_.nodes) {
    if (!consumes(consumer, node)) continue;
    if (consumer->kind == NodeKind::merge) {
      const auto times = std::count_if(consumer->parents.begin(), consumer->parents.end(),
                                       [node](const PlanNodePtr& p) { return p.get() == node; });
      found.insert(found.end(), static_cast<std::size_t>(times), consumers_of(consumer));
    } else if (Step* step = step_for(consumer)) {
      found.push_back(step);
    }
  }
  for (std::size_t i = 0; i < stage_.terminals.size(); ++i) {
    // A terminal that cuts the plan before a merge belongs to the edge, not to the merge's stage.
    if (stage_.terminals[i].of == node) found.push_back(terminals_[i].get());
  }
  if (found.empty()) {
    wiring_.push_back(std::make_unique<DiscardStep>());
    found.push_back(wiring_.back().get());
  }
  if (found.size() > 1) {
    auto tee = std::make_unique<TeeStep>(std::move(found));
    tee->connect(nullptr, &active_);
    node_of_[tee.get()] = node;
    found.assign(1, tee.get());
    wiring_.push_back(std::move(tee));
  }
  return consumers_[node] = found.front();
}

/// The steps that records of `entry` can reach, parents first.
std::vector<Step*> Pipeline::steps_behind(const PlanNode* entry) const {
  std::vector<const PlanNode*> reached(1, entry);
  for (const PlanNode* node : stage_.nodes) {
    const bool is_behind =
        std::any_of(reached.begin(), reached.end(),
                    [node](const PlanNode* from) { return from != node && consumes(node, from); });
    if (is_behind) reached.push_back(node);
  }
  std::vector<Step*> steps;
  for (const StepPtr& step : steps_) {
    const PlanNode* const node = node_of_.at(step.get());
    if (std::find(reached.begin(), reached.end(), node) != reached.end())
      steps.push_back(step.get());
  }
  return steps;
}

void Pipeline::begin(std::uint32_t input, const TaskContext& context, OutputSkips& skips) {
  skips_ = &skips;
  for (Step* const step : reached_[input]) {
    active_ = step;
    step->begin(context);
  }
  for (const TerminalPtr& terminal : terminals_) {
    active_ = terminal.get();
    terminal->begin(context);
  }
}

std::uint64_t Pipeline::read_block(std::uint32_t input, const Block& block, std::size_t begin,
                                   std::size_t end) {
  active_ = entries_[input];
  auto& entry = static_cast<EntryStep&>(*entries_[input]);
  entry.records = 0;
  block.read(begin, end, entry);
  return entry.records;
}

void Pipeline::read_exchange(std::uint32_t input,
                             std::span<const std::span<const SliceOutputPtr>> parents,
                             std::uint32_t partition) {
  active_ = entries_[input];
  readers_[input]->read_parents(parents, partition, *entries_[input]);
}

void Pipeline::flush(std::uint32_t input) {
  for (Step* const step : reached_[input]) {
    active_ = step;
    step->flush();
  }
  for (const TerminalPtr& terminal : terminals_) {
    active_ = terminal.get();
    terminal->flush();
  }
}

SliceOutputPtr Pipeline::take(std::uint32_t terminal) {
  active_ = terminals_[terminal].get();
  return terminals_[terminal]->take();
}

void Pipeline::reset() noexcept {
  for (const StepPtr& step : steps_) step->reset();
  for (const TerminalPtr& terminal : terminals_) terminal->reset();
  for (const auto& reader : readers_) {
    if (reader) reader->reset();
  }
}

std::size_t Pipeline::table_bytes() const {
  std::size_t total = 0;
  for (const TerminalPtr& terminal : terminals_) total += terminal->bytes();
  return total;
}

const PlanNode* Pipeline::active_node() const {
  const auto found = node_of_.find(active_);
  return found == node_of_.end() ? nullptr : found->second;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
