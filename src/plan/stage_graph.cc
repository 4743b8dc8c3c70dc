#include "plan/stage_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Builds a StageGraph. Nodes get a level (how many shuffles lie before them); nodes of one level
/// that are linked by narrow edges form a stage.
class StageCutter {
 public:
  StageCutter(const std::vector<PlanNodePtr>& outputs, std::vector<const SourceNode*> inputs,
              bool gates_transforms)
      : all_inputs_given_(!inputs.empty()), gates_transforms_(gates_transforms) {
    graph_.outputs_ = outputs;
    graph_.sources_ = std::move(inputs);
    for (const PlanNodePtr& output : outputs) visit(output.get());
  }

  StageGraph cut() {
    assign_levels();
    link_same_level();
    raise_feeders();
    number_stages();
    for (const PlanNode* node : order_) place(node);
    for (const PlanNode* node : order_) connect(node);
    for (Stage& stage : graph_.stages_) order_inputs(stage);
    link_stages();
    return std::move(graph_);
  }

 private:
  void visit(const PlanNode* node) {
    if (!index_.emplace(node, 0).second) return;
    for (const PlanNodePtr& parent : node->parents) visit(parent.get());
    index_[node] = order_.size();
    order_.push_back(node);
    for (const PlanNodePtr& parent : node->parents) consumers_[parent.get()].push_back(node);
  }

  static bool is_narrow(const PlanNode* node) {
    if (node->kind == NodeKind::output) return is_step(node);
    return node->kind == NodeKind::narrow || node->kind == NodeKind::merge;
  }
  static bool is_step(const PlanNode* node) {
    return static_cast<const OutputNode*>(node)->is_step();
  }
  static const OutputOperation& operation(const PlanNode* node) {
    return *static_cast<const OutputNode*>(node)->operation;
  }

  void assign_levels() {
    level_.resize(order_.size());
    group_.resize(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
      group_[i] = i;
      std::uint32_t level = 0;
      for (const PlanNodePtr& parent : order_[i]->parents) {
        level = std::max(level, level_[index_[parent.get()]]);
      }
      // A function of whole data sets has a level of its own between its parents' and its result's.
      if (order_[i]->kind == NodeKind::exchange) level += 1;
      if (order_[i]->kind == NodeKind::transform) level += 2;
      level_[i] = level;
    }
  }

  std::size_t group(const PlanNode* node) { return find(index_[node]); }
  std::size_t find(std::size_t i) {
    while (group_[i] != i) i = group_[i] = group_[group_[i]];
    return i;
  }
  void unite(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    const std::uint32_t level = std::max(level_[a], level_[b]);
    group_[std::max(a, b)] = std::min(a, b);
    level_[std::min(a, b)] = level;
  }

  void link_same_level() {
    for (const PlanNode* node : order_) {
      if (!is_narrow(node)) continue;
      for (const PlanNodePtr& parent : node->parents) {
        if (level_[group(parent.get())] == level_[group(node)]) {
          unite(index_[parent.get()], index_[node]);
        }
      }
    }
  }

  /// A merge may have parents of a lower level. Where such a parent's stage feeds nothing but the
  /// merge's stage, it need not run apart: it becomes part of it.
  void raise_feeders() {
    for (const PlanNode* node : order_) {
      if (node->kind != NodeKind::merge) continue;
      for (const PlanNodePtr& parent : node->parents) {
        if (group(parent.get()) != group(node) && feeds_only(group(parent.get()), group(node))) {
          unite(index_[parent.get()], index_[node]);
        }
      }
    }
  }
  bool feeds_only(std::size_t feeder, std::size_t target) {
    for (const PlanNode* node : order_) {
      if (group(node) != feeder) continue;
      for (const PlanNode* consumer : consumers_[node]) {
        const std::size_t to = group(consumer);
        if (!is_narrow(consumer) || (to != feeder && to != target)) return false;
      }
    }
    return true;
  }

  static bool has_driver(const PlanNode* node) {
    return node->kind == NodeKind::transform ||
           (node->kind == NodeKind::output && operation(node).phase == OutputPhase::driver);
  }
  static bool is_published(const PlanNode* node) {
    return node->kind == NodeKind::output && operation(node).phase == OutputPhase::publish;
  }

  /// Orders the stages by level, then by the first node's place in the plan.
  void number_stages() {
    std::map<std::pair<std::uint32_t, std::size_t>, std::vector<const PlanNode*>> stages;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const PlanNode* node = order_[i];
      const std::size_t root = find(i);
      if (has_driver(node)) {
        const std::uint32_t level =
            node->kind == NodeKind::transform ? level_[root] - 1 : level_[root];
        // Behind the task stages of its level; a key above every node's index keeps it apart.
        stages[{level, order_.size() + i}].push_back(nullptr);
        drivers_[{level, order_.size() + i}] = node;
      }
      if (node->kind != NodeKind::output || is_narrow(node)) {
        stages[{level_[root], root}].push_back(node);
      }
    }
    for (auto& [key, nodes] : stages) {
      Stage stage;
      stage.id = static_cast<std::uint32_t>(graph_.stages_.size());
      if (const auto driver = drivers_.find(key); driver != drivers_.end()) {
        driver_stage_[driver->second] = stage.id;
        set_driver(stage, driver->second);
      } else {
        for (const PlanNode* node : nodes) {
          stage_of_[node] = stage.id;
          if (node->kind == NodeKind::output) {
            stage.outputs.push_back(static_cast<const OutputNode*>(node));
          }
        }
        stage.nodes = std::move(nodes);
      }
      graph_.stages_.push_back(std::move(stage));
    }
  }
  void set_driver(Stage& stage, const PlanNode* node) const {
    if (node->kind == NodeKind::transform) {
      stage.transform = static_cast<const TransformNode*>(node);
      stage.gated = gates_transforms_;
    } else {
      stage.driver_output = static_cast<const OutputNode*>(node);
      stage.outputs.push_back(stage.driver_output);
      stage.gated = true;
    }
  }

  /// Where `node` is an entry of its stage or an output in it.
  void place(const PlanNode* node) {
    if (node->kind == NodeKind::source) {
      const auto* source = static_cast<const SourceNode*>(node);
      if (!all_inputs_given_) graph_.sources_.push_back(source);
      add_input(node, {StageInput::Kind::source, node, source, {}, UINT32_MAX, 0});
    } else if (node->kind == NodeKind::transform) {
      add_input(node, {StageInput::Kind::blocks, node, nullptr, {}, driver_stage_.at(node), 0});
    } else if (node->kind == NodeKind::output && operation(node).phase == OutputPhase::task) {
      graph_.stages_[stage_of_.at(node)].gated = true;
    }
  }

  /// Makes the terminals that `node` reads from.
  void connect(const PlanNode* node) {
    if (node->kind == NodeKind::exchange) return connect_exchange(node);
    for (std::size_t i = 0; i < node->parents.size(); ++i) {
      const PlanNode* parent = node->parents[i].get();
      if (has_driver(node)) {
        const TerminalId id = add_terminal({parent, nullptr, node->collect_parent.at(i)});
        graph_.stages_[driver_stage_.at(node)].collected.push_back(id);
      } else if (is_published(node)) {
        const TerminalId id = add_terminal({parent, nullptr, node->collect_parent.at(i)});
        add_published({static_cast<const OutputNode*>(node), id, true});
      } else if (stage_of_.at(parent) != stage_of_.at(node)) {
        const TerminalId id = add_terminal({parent, nullptr, node->collect_parent.at(i)});
        add_input(node, {StageInput::Kind::blocks,
                         node,
                         nullptr,
                         {id},
                         UINT32_MAX,
                         static_cast<std::uint32_t>(i)});
      }
    }
  }
  /// One input, however many parents: a task reads a partition of all of them. A parent that comes
  /// twice has two terminals, for its two sides may write differently.
  void connect_exchange(const PlanNode* node) {
    std::vector<TerminalId> from;
    for (std::uint32_t i = 0; i < node->parents.size(); ++i) {
      from.push_back(add_terminal(
          {node->parents[i].get(), static_cast<const ExchangeNode*>(node), nullptr, i}));
    }
    add_input(node, {StageInput::Kind::exchange, node, nullptr, std::move(from), UINT32_MAX, 0});
  }

  void add_input(const PlanNode* node, const StageInput& input) {
    graph_.stages_[stage_of_.at(node)].inputs.push_back(input);
  }
  void add_published(const PublishedOutput& output) {
    for (PublishedOutput& before : graph_.published_) {
      if (before.from == output.from) before.is_last = false;
    }
    graph_.published_.push_back(output);
  }
  /// A stream is put at rest once, however many want it so.
  TerminalId add_terminal(StageTerminal terminal) {
    const std::uint32_t stage = stage_of_.at(terminal.of);
    auto& terminals = graph_.stages_[stage].terminals;
    for (std::uint32_t i = 0; i < terminals.size() && terminal.exchange == nullptr; ++i) {
      if (terminals[i].of == terminal.of && terminals[i].collector == terminal.collector) {
        return {stage, i};
      }
    }
    terminals.push_back(terminal);
    return {stage, static_cast<std::uint32_t>(terminals.size() - 1)};
  }

  /// A merge's first parent comes first, whatever made the plan visit the other one before. Where
  /// two merges want different orders, the one further down has its way.
  void order_inputs(Stage& stage) {
    std::vector<StageInput> ordered;
    const auto take = [&](const PlanNode* entry, std::uint32_t parent) {
      const auto found =
          std::find_if(stage.inputs.begin(), stage.inputs.end(),
                       [&](const StageInput& i) { return i.entry == entry && i.parent == parent; });
      if (found == stage.inputs.end()) return;
      ordered.push_back(*found);
      stage.inputs.erase(found);
    };
    std::set<const PlanNode*> seen;
    const auto walk = [&](const auto& self, const PlanNode* node) -> void {
      if (!seen.insert(node).second) return;
      for (std::uint32_t i = 0; i < node->parents.size(); ++i) {
        const PlanNode* parent = node->parents[i].get();
        if (!is_narrow(node)) continue;
        if (stage_of_.at(parent) == stage.id) {
          self(self, parent);
        } else {
          take(node, i);
        }
      }
      if (!is_narrow(node)) take(node, 0);
    };
    for (auto node = stage.nodes.rbegin(); node != stage.nodes.rend(); ++node) walk(walk, *node);
    stage.inputs = std::move(ordered);
  }

  void link_stages() {
    for (Stage& stage : graph_.stages_) {
      std::set<std::uint32_t> parents;
      for (const StageInput& input : stage.inputs) {
        if (input.kind == StageInput::Kind::source) continue;
        if (input.driver_stage != UINT32_MAX) parents.insert(input.driver_stage);
        for (const TerminalId& id : input.from) parents.insert(id.stage);
      }
      for (const TerminalId& id : stage.collected) parents.insert(id.stage);
      stage.parents.assign(parents.begin(), parents.end());
      for (const std::uint32_t parent : parents)
        graph_.stages_[parent].children.push_back(stage.id);
    }
    order_side_effects();
  }

  /// Outputs with side effects that end the plan run one after the other, as they were registered.
  void order_side_effects() {
    Stage* before = nullptr;
    for (const PlanNodePtr& output : graph_.outputs_) {
      // What nobody sees before COMMIT needs no order.
      if (is_published(output.get())) continue;
      if (operation(output.get()).phase == OutputPhase::staged) continue;
      const auto& stages = has_driver(output.get()) ? driver_stage_ : stage_of_;
      Stage& stage = graph_.stages_[stages.at(output.get())];
      if (!stage.children.empty() || &stage == before) continue;
      if (before != nullptr) {
        stage.parents.push_back(before->id);
        before->children.push_back(stage.id);
      }
      before = &stage;
    }
  }

  const bool all_inputs_given_;
  const bool gates_transforms_;
  StageGraph graph_;
  std::vector<const PlanNode*> order_;  // parents first
  std::unordered_map<const PlanNode*, std::size_t> index_;
  std::unordered_map<const PlanNode*, std::vector<const PlanNode*>> consumers_;
  std::vector<std::uint32_t> level_;
  std::vector<std::size_t> group_;
  std::map<std::pair<std::uint32_t, std::size_t>, const PlanNode*> drivers_;
  std::unordered_map<const PlanNode*, std::uint32_t> driver_stage_;
  std::unordered_map<const PlanNode*, std::uint32_t> stage_of_;
};

StageGraph StageGraph::build(const std::vector<PlanNodePtr>& outputs,
                             std::vector<const SourceNode*> inputs, bool gates_transforms) {
  return StageCutter(outputs, std::move(inputs), gates_transforms).cut();
}

std::vector<const OutputNode*> StageGraph::outputs() const {
  std::vector<const OutputNode*> outputs;
  for (const PlanNodePtr& output : outputs_) {
    outputs.push_back(static_cast<const OutputNode*>(output.get()));
  }
  return outputs;
}

bool StageGraph::has_driver_stages() const {
  return std::any_of(stages_.begin(), stages_.end(), [](const Stage& s) { return s.is_driver(); });
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
