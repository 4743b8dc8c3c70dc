#include "runtime/output_ledger.h"

#include <utility>

#include "runtime/task_error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void OutputLedger::reset(std::uint32_t attempts) {
  std::lock_guard lock(mutex_);
  attempts_ = attempts;
  for (Entry& entry : entries_) {
    entry.start.reset();
    entry.end.reset();
    entry.reason.clear();
  }
}

void OutputLedger::start(const OutputNode& output, Time now) {
  std::lock_guard lock(mutex_);
  entries_[output.id].start = now;
}

void OutputLedger::end(const OutputNode& output, Time now) {
  std::lock_guard lock(mutex_);
  entries_[output.id].end = now;
}

void OutputLedger::skip(const OutputNode& output, std::exception_ptr reason,
                        const TaskContext& task) noexcept {
  skip(output, what_of(task_error(std::move(reason), &output, task, attempts_)));
}

void OutputLedger::skip(const OutputNode& output, std::string reason) noexcept {
  std::lock_guard lock(mutex_);
  std::string& noted = entries_[output.id].reason;
  if (noted.empty()) noted = std::move(reason);
}

bool OutputLedger::skipped(const OutputNode& output) const {
  std::lock_guard lock(mutex_);
  return !entries_[output.id].reason.empty();
}

std::uint32_t OutputLedger::skipped_outputs() const {
  std::lock_guard lock(mutex_);
  std::uint32_t count = 0;
  for (const Entry& entry : entries_) count += entry.reason.empty() ? 0 : 1;
  return count;
}

bool OutputLedger::running(const OutputNode& output) const {
  std::lock_guard lock(mutex_);
  const Entry& entry = entries_[output.id];
  return entry.start.has_value() && !entry.end.has_value();
}

void OutputLedger::describe(const OutputNode& output, OutputOperationInfo& info) const {
  std::lock_guard lock(mutex_);
  const Entry& entry = entries_[output.id];
  info.start = entry.start;
  info.end = entry.end;
  info.failure_reason = entry.reason;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
