#include "runtime/task_error.h"

#include <fmt/format.h>

#include "base/time_format.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

namespace {

/// What an operator found wrong with its argument stays that, also when it came to light in a task.
Errc code_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    const bool by_operator = e.code() == Errc::invalid_argument && !e.operation().empty();
    return by_operator ? Errc::invalid_argument : Errc::task_failed;
  } catch (...) {
    return Errc::task_failed;
  }
}

ErrorContext context_of(const PlanNode* node, Time batch_time) {
  ErrorContext context;
  context.batch_time = batch_time;
  if (node != nullptr) {
    context.operation = node->name.empty() ? node->origin.operation : node->name;
    context.where = node->origin.where;
  }
  return context;
}

std::exception_ptr nest(std::exception_ptr cause, const std::string& message,
                        ErrorContext context) {
  try {
    try {
      std::rethrow_exception(cause);
    } catch (...) {
      std::throw_with_nested(Error(code_of(cause), message, std::move(context)));
    }
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

bool is_failed_task(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    return dynamic_cast<const std::nested_exception*>(&e) != nullptr;  // see nest()
  } catch (...) {
    return false;
  }
}

std::exception_ptr task_error(std::exception_ptr cause, const PlanNode* node,
                              const TaskContext& task, std::uint32_t attempts) {
  ErrorContext context = context_of(node, task.batch_time);
  context.slice = task.slice;
  const std::string message =
      is_failed_task(cause)
          ? fmt::format("an action in it failed: {}", what_of(cause))
          : fmt::format("the task failed in all of its {} attempts: {}", attempts, what_of(cause));
  return nest(std::move(cause), message, std::move(context));
}

std::exception_ptr commit_error(std::exception_ptr cause, const PlanNode& output, Time batch_time,
                                std::uint32_t attempts) {
  const std::string message =
      fmt::format("its commit failed in all of {} attempts: {}", attempts, what_of(cause));
  return nest(std::move(cause), message, context_of(&output, batch_time));
}

std::exception_ptr publish_error(std::exception_ptr cause, const PlanNode& output,
                                 Time batch_time) {
  const std::string message =
      fmt::format("it could not hand over the batch, which is committed: {}", what_of(cause));
  return nest(std::move(cause), message, context_of(&output, batch_time));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
