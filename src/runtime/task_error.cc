#include "runtime/task_error.h"

#include <fmt/format.h>

#include "base/time_format.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

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
      is_failed_task(cause)
          ? fmt::format("an action in it failed: {}", what_of(cause))
          : fmt::format("the task failed in all of its {} attempts: {}", attempts, what_of(cause));
  try {
    try {
      std::rethrow_exception(cause);
    } catch (...) {
      std::throw_with_nested(Error(Errc::task_failed, message, std::move(context)));
    }
  } catch (...) {
    return std::current_exception();
  }
}

bool is_failed_task(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    return e.code() == Errc::task_failed;
  } catch (...) {
    return false;
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
