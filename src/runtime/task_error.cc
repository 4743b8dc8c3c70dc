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

std::string what_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace

std::exception_ptr task_error(std::exception_ptr cause, const PlanNode* node,
                              const TaskContext& task, std::uint32_t attempts) {
  ErrorContext context;
  context.batch_time = task.batch_time;
  context.slice = task.slice;
  if (node != nullptr) {
    context.operation = node->name.empty() ? node->origin.operation : node->name;
    context.where = node->origin.where;
  }
  const std::string message =
      fmt::format("the task failed in all of its {} attempts: {}", attempts, what_of(cause));
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

}  // namespace detail
}  // namespace v1
}  // namespace dstream
