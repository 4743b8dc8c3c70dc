#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <dstream/time.h>

#include "plan/guard_step.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// What one run's outputs have done so far, by OutputNode::id. Thread-safe; made once and reused
/// for run after run.
class OutputLedger final : public OutputSkips {
 public:
  explicit OutputLedger(std::size_t outputs) : entries_(outputs) {}

  /// `attempts`: Options::max_task_failures, for messages.
  void reset(std::uint32_t attempts);
  void start(const OutputNode& output, Time now);
  void end(const OutputNode& output, Time now);
  void skip(const OutputNode& output, std::exception_ptr reason,
            const TaskContext& task) noexcept override;
  /// The same with the whole reason.
  void skip(const OutputNode& output, std::string reason) noexcept;
  bool skipped(const OutputNode& output) const override;
  std::uint32_t skipped_outputs() const;
  bool running(const OutputNode& output) const;

  /// Fills in times and the reason.
  void describe(const OutputNode& output, OutputOperationInfo& info) const;

 private:
  struct Entry {
    std::optional<Time> start;
    std::optional<Time> end;
    std::string reason;  ///< why it is left out; empty if it is not
  };

  mutable std::mutex mutex_;  // leaf; guards all below
  std::vector<Entry> entries_;
  std::uint32_t attempts_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
