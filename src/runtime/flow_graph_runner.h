#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/runner.h"

namespace dstream {
inline namespace v1 {
namespace detail {

class Executor;

/// Threads for what may block: functions of whole data sets (`transform`, `foreach_rdd`), which wait
/// for the jobs that they start, and commits of sinks. Owned by the runner; the queue is bounded by
/// the driver stages of the batches in flight and one commit.
class DriverThreads {
 public:
  explicit DriverThreads(std::uint32_t threads);
  /// Works off what is queued.
  ~DriverThreads();
  void put(std::function<void()> work);

 private:
  void work();

  std::mutex mutex_;  // leaf; guards queue_ and closed_
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

/// How many executors, and what each has.
struct ExecutorSettings {
  std::uint32_t executors = 1;
  std::uint32_t slots = 1;
  bool pin = false;
  std::uint32_t driver_threads = 0;
};

/// Executes runs on executors, each a oneTBB arena with a flow graph of its own: a node per stage,
/// an edge per shuffle. Tokens of the next stage go to the executor's own graph over the edge, to
/// other executors through their inboxes.
class FlowGraphRunner final : public Runner {
 public:
  /// `streaming`: the graph that gets nodes of its own; jobs of Rdd actions share one node.
  FlowGraphRunner(CompiledGraph& streaming, const ExecutorSettings& settings, RunnerHost& host);
  ~FlowGraphRunner() override;

  void start() override;
  void stop() override;
  void submit(Run& run) override;
  void open_gate(Run& run) override;
  bool may_block() const override;
  void call_blocking(std::function<void()> f) override;
  void request_poll() override;

  RunnerHost& host() { return host_; }
  const CompiledGraph& streaming() const { return streaming_; }

  /// Sends the tasks of stages that have become ready on their way, and finishes stages that have
  /// none. `from` is the stage whose end made them ready, UINT32_MAX where none did.
  void dispatch(Run& run, std::vector<std::uint32_t> ready, std::uint32_t from);

 private:
  void run_driver(Run& run, std::uint32_t stage);
  void send(Run& run, std::uint32_t stage, std::uint32_t from);

  CompiledGraph& streaming_;
  const ExecutorSettings settings_;
  RunnerHost& host_;
  std::vector<std::unique_ptr<Executor>> executors_;
  std::unique_ptr<DriverThreads> drivers_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
