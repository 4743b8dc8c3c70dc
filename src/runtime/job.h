#pragma once

#include <vector>

#include "runtime/runner.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Runs a plan over blocks to its end, on `runner`, and waits for it: an action of an Rdd. Returns
/// the blocks that `collector` made of node's records, in slice order. Throws a failed task's Error.
std::vector<BlockPtr> run_plan(const PlanNodePtr& node, CollectorFactory collector,
                               const RunSettings& settings, Runner& runner);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
