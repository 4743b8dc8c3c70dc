#pragma once

#include <exception>

#include <dstream/detail/plan_node.h>
#include <dstream/task_context.h>

#include "base/what_of.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// The Error of a task that failed in every attempt: names the operator, the user's line, the
/// batch and the slice, and keeps the original exception nested in it (std::rethrow_if_nested).
std::exception_ptr task_error(std::exception_ptr cause, const PlanNode* node,
                              const TaskContext& task, std::uint32_t attempts);

/// Whether it is such an Error: of an action, when it comes out of a function on the driver thread.
bool is_failed_task(const std::exception_ptr& error);

/// The Error of an output whose commit failed in every attempt, in the same manner.
std::exception_ptr commit_error(std::exception_ptr cause, const PlanNode& output, Time batch_time,
                                std::uint32_t attempts);

/// The Error of an output that could not hand over a committed batch.
std::exception_ptr publish_error(std::exception_ptr cause, const PlanNode& output, Time batch_time);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
