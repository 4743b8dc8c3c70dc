#include "runtime/inline_runner.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void InlineRunner::submit(Run& run) {
  std::vector<std::uint32_t> ready;
  run.begin(ready);
  drive(run, std::move(ready));
}

void InlineRunner::open_gate(Run& run) {
  std::vector<std::uint32_t> ready;
  run.open_gate(ready);
  drive(run, std::move(ready));
}

void InlineRunner::drive(Run& run, std::vector<std::uint32_t> ready) {
  for (std::size_t next = 0; next < ready.size(); ++next) {
    const std::uint32_t stage = ready[next];
    if (run.stage(stage).is_driver()) {
      run.execute_driver(stage, host_);
    } else {
      for (std::uint32_t task = 0; task < run.tasks(stage).size(); ++task) {
        run.execute(stage, task);
        run.finish_task(stage);
      }
    }
    if (run.finish_stage(stage, ready)) return run.complete();
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
