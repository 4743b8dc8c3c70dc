#pragma once

#include <string>
#include <vector>

#include "runtime/job_gate.h"
#include "runtime/runner.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Runs a plan over blocks to its end and waits for it: an action of an Rdd. On what `gate` says,
/// by default the calling thread. Returns the blocks that `collector` made of node's records, in
/// slice order. Throws a failed task's Error, and what `gate` throws.
std::vector<BlockPtr> run_plan(const PlanNodePtr& node, CollectorFactory collector,
                               const RunSettings& settings, JobGate& gate, RunnerHost& host);

/// What run_plan() would do, as text, and the plans of the cached data sets that it reads.
std::string describe_plan(const PlanNodePtr& node);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
