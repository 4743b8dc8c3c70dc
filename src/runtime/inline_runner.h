#pragma once

#include "runtime/runner.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Executes everything on the calling thread, stage by stage, task by task: for tests, replay and
/// debugging. Starts no thread and looks at no clock.
class InlineRunner final : public Runner {
 public:
  explicit InlineRunner(RunnerHost& host) : host_(host) {}

  void submit(Run& run) override;
  void open_gate(Run& run) override;
  void request_poll() override { host_.poll(); }

 private:
  void drive(Run& run, std::vector<std::uint32_t> ready);

  RunnerHost& host_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
