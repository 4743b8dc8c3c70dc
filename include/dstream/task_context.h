#pragma once

#include <cstdint>
#include <stop_token>

#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// What a running task knows of itself. Long user code should look at `stop` now and then.
struct TaskContext {
  Time batch_time;            ///< the batch that the task belongs to
  std::uint32_t slice = 0;    ///< which piece of the stage's input: 0, 1, 2, …
  std::uint32_t attempt = 0;  ///< 0 for the first attempt
  std::stop_token stop;       ///< asked to stop when the batch is abandoned
  bool last_attempt = false;  ///< a failure now is final
};

}  // namespace v1
}  // namespace dstream
