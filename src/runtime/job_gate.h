#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "runtime/runner.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Where the jobs of Rdd actions pass, whichever thread they come from: says what executes them,
/// and ends them when the context stops. Thread-safe.
class JobGate {
 public:
  /// From now on jobs run on this; before, each runs on the thread that it comes from.
  void open(Runner& runner);
  /// Refuses further jobs, lets those that run fail, and waits for them.
  void close();

  /// A job's leave to run, while it does.
  class Pass {
   public:
    /// `run` is set up. Throws Error{Errc::illegal_state} when the gate is closed.
    Pass(JobGate& gate, Run& run);
    ~Pass();
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    /// Null: the calling thread.
    Runner* runner() const { return runner_; }

   private:
    JobGate& gate_;
    Run& run_;
    Runner* runner_;
  };

 private:
  std::mutex mutex_;  // guards all below; leaf, but for a run's own error
  std::condition_variable empty_;
  std::vector<Run*> running_;
  Runner* runner_ = nullptr;
  bool closed_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
