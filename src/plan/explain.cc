#include "plan/explain.h"

#include <set>

#include <fmt/format.h>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

void visit(const PlanNode* node, std::set<const PlanNode*>& seen,
           std::vector<const PlanNode*>& order) {
  if (!seen.insert(node).second) return;
  for (const PlanNodePtr& parent : node->parents) visit(parent.get(), seen, order);
  order.push_back(node);
}

std::string_view file_name(const char* path) {
  const std::string_view whole(path);
  return whole.substr(whole.rfind('/') + 1);
}

/// "reduce_by_key (main.cc:7)", with the user's name in front where there is one.
std::string label(const PlanNode& node) {
  std::string text =
      fmt::format("{} ({}:{})", node.origin.operation, file_name(node.origin.where.file_name()),
                  node.origin.where.line());
  return node.name.empty() ? text : fmt::format("{}: {}", node.name, text);
}

/// What a receiver has done so far, for inputs that have one.
std::string receiver_text(const StageInput& input) {
  if (input.kind != StageInput::Kind::source || !input.source->source) return {};
  const auto status = input.source->source->receiver_status();
  if (!status) return {};
  return fmt::format("{}, {} records, {} connects, {} failures, {} overlong lines dropped{}",
                     status->connected ? "connected" : "not connected", status->records,
                     status->connects, status->failures, status->dropped_overlong,
                     status->last_error.empty() ? "" : ", last error: " + status->last_error);
}

/// "stage 0", "stages 0 and 1".
std::string stages_text(const std::vector<TerminalId>& from) {
  std::set<std::uint32_t> stages;
  for (const TerminalId& id : from) stages.insert(id.stage);
  return fmt::format("stage{} {}", stages.size() == 1 ? "" : "s", fmt::join(stages, " and "));
}

std::string source_text(const StageInput& input) {
  if (input.kind != StageInput::Kind::source || !input.source->source) return {};
  return input.source->source->status_text();
}

std::string input_text(const StageInput& input) {
  switch (input.kind) {
    case StageInput::Kind::source:
      return fmt::format("slices of {}", label(*input.source));
    case StageInput::Kind::exchange:
      return fmt::format("partitions of {} from {}", label(*input.entry), stages_text(input.from));
    case StageInput::Kind::blocks:
      return fmt::format("records of stage {}", input.driver_stage != UINT32_MAX
                                                    ? input.driver_stage
                                                    : input.from.front().stage);
  }
  return {};
}

/// The operators that run fused inside the stage.
std::string fused_text(const Stage& stage) {
  std::string text;
  for (const PlanNode* node : stage.nodes) {
    if (node->kind != NodeKind::narrow && node->kind != NodeKind::output) continue;
    text += (text.empty() ? "" : " -> ") + label(*node);
  }
  return text;
}

std::string figures_text(const StageSummary& figures) {
  const double mean = figures.tasks == 0 ? 0 : figures.busy_ms / static_cast<double>(figures.tasks);
  return fmt::format(
      "{} tasks, {} records in, {} out, {:.3f} ms busy, longest task {:.3f} ms, skew {:.1f}{}",
      figures.tasks, figures.records_in, figures.records_out, figures.busy_ms,
      figures.longest_task_ms, mean > 0 ? figures.longest_task_ms / mean : 1.0,
      figures.failed_attempts == 0 ? ""
                                   : fmt::format(", {} failed attempts", figures.failed_attempts));
}

/// What leaves the stage: shuffles, records kept for other stages, outputs.
std::vector<std::string> output_texts(const StageGraph& graph, const Stage& stage) {
  std::vector<std::string> texts;
  for (std::uint32_t t = 0; t < stage.terminals.size(); ++t) {
    if (const ExchangeNode* exchange = stage.terminals[t].exchange) {
      const std::string side = exchange->parents.size() == 1
                                   ? ""
                                   : fmt::format(", side {}", stage.terminals[t].parent + 1);
      texts.push_back(fmt::format("shuffle {}{}", label(*exchange), side));
      continue;
    }
    std::string target;
    for (const PublishedOutput& output : graph.published()) {
      if (output.from.stage != stage.id || output.from.terminal != t) continue;
      target += (target.empty() ? "" : " and ") + label(*output.node);
    }
    texts.push_back(target.empty() ? "records for a later stage" : std::move(target));
  }
  return texts;
}

std::string driver_text(const Stage& stage) {
  const PlanNode* node = stage.transform;
  if (node == nullptr) node = stage.driver_output;
  return fmt::format("{} on the driver thread", label(*node));
}

std::string explain_text(const StageGraph& graph, const std::vector<StageSummary>& figures) {
  std::string text;
  for (const Stage& stage : graph.stages()) {
    text += fmt::format("stage {}{}\n", stage.id,
                        stage.gated ? " (waits for the batch before to commit)" : "");
    for (const StageInput& input : stage.inputs) {
      text += fmt::format("  in:    {}\n", input_text(input));
      if (figures.empty()) continue;
      if (const std::string receiver = receiver_text(input); !receiver.empty()) {
        text += fmt::format("  receiver: {}\n", receiver);
      }
      if (const std::string source = source_text(input); !source.empty()) {
        text += fmt::format("  source: {}\n", source);
      }
    }
    for (const TerminalId& id : stage.collected)
      text += fmt::format("  in:    records of stage {}\n", id.stage);
    if (stage.is_driver()) text += fmt::format("  runs:  {}\n", driver_text(stage));
    if (const std::string fused = fused_text(stage); !fused.empty()) {
      text += fmt::format("  fused: {}\n", fused);
    }
    for (const std::string& out : output_texts(graph, stage))
      text += fmt::format("  out:   {}\n", out);
    if (stage.id < figures.size())
      text += fmt::format("  so far: {}\n", figures_text(figures[stage.id]));
  }
  return text;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string explain_dot(const StageGraph& graph, const std::vector<StageSummary>& figures) {
  std::string text = "digraph dstream {\n  node [shape=box];\n";
  for (const Stage& stage : graph.stages()) {
    std::string lines = fmt::format("stage {}", stage.id);
    for (const StageInput& input : stage.inputs) {
      if (input.kind == StageInput::Kind::source) lines += "\\n" + escaped(label(*input.source));
    }
    if (stage.is_driver()) lines += "\\n" + escaped(driver_text(stage));
    if (const std::string fused = fused_text(stage); !fused.empty())
      lines += "\\n" + escaped(fused);
    for (const std::string& out : output_texts(graph, stage)) lines += "\\n" + escaped(out);
    if (stage.id < figures.size()) lines += "\\n" + escaped(figures_text(figures[stage.id]));
    text += fmt::format("  s{} [label=\"{}\"];\n", stage.id, lines);
  }
  for (const Stage& stage : graph.stages()) {
    for (const std::uint32_t child : stage.children)
      text += fmt::format("  s{} -> s{};\n", stage.id, child);
  }
  return text + "}\n";
}

}  // namespace

std::vector<const PlanNode*> plan_nodes(const std::vector<PlanNodePtr>& outputs) {
  std::set<const PlanNode*> seen;
  std::vector<const PlanNode*> order;
  for (const PlanNodePtr& output : outputs) visit(output.get(), seen, order);
  return order;
}

std::string plan_label(const PlanNode& node) { return label(node); }

std::string explain_graph(const StageGraph& graph, ExplainFormat format,
                          const std::vector<StageSummary>& figures) {
  return format == ExplainFormat::dot ? explain_dot(graph, figures) : explain_text(graph, figures);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
