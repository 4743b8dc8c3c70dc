#pragma once

#include <functional>

#include "runtime/run.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Executes runs: the streaming graph's batches and the jobs of Rdd actions.
class Runner {
 public:
  virtual ~Runner() = default;

  /// Starts the threads, if there are any.
  virtual void start() {}
  /// Joins the threads; nothing may be running any more.
  virtual void stop() {}

  /// Runs `run` to its end, then calls run.complete(). The inline form does so before it returns.
  virtual void submit(Run& run) = 0;
  /// Lets the gated stages of a submitted run go on.
  virtual void open_gate(Run& run) = 0;

  /// Whether the calling thread may wait for files and sockets: it is none that executes tasks, or
  /// the only one that there is.
  virtual bool may_block() const { return true; }
  /// Calls f soon on a thread that may; what f throws is lost.
  virtual void call_blocking(std::function<void()> f) { f(); }

  /// Has `poll` called soon on a thread that executes tasks, so that a batch which data started
  /// needs no further thread to wake.
  virtual void request_poll() = 0;
};

/// What runners call back.
class RunnerHost : public JobRunner {
 public:
  virtual void poll() = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
