#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <dstream/streaming_context.h>

#include "plan/stage_graph.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Figures of one stage for explain().
struct StageSummary {
  std::uint64_t tasks = 0;
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
  double busy_ms = 0;
  double longest_task_ms = 0;
  std::uint64_t failed_attempts = 0;
};

/// All operators that the outputs need, parents first.
std::vector<const PlanNode*> plan_nodes(const std::vector<PlanNodePtr>& outputs);

/// An operator for people: its name, and the user's file and line.
std::string plan_label(const PlanNode& node);

/// The plan for people: stages, shuffles, what is fused, and figures where there are any (one per
/// stage). Text, or DOT for graphviz.
std::string explain_graph(const StageGraph& graph, ExplainFormat format,
                          const std::vector<StageSummary>& figures);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
