#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include <dstream/batch_info.h>
#include <dstream/batch_log.h>

#include "runtime/batch_outputs.h"
#include "runtime/listener_bus.h"
#include "runtime/runner.h"
#include "storage/block_store.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Told by the scheduler; called without its lock.
class SchedulerObserver {
 public:
  virtual ~SchedulerObserver() = default;
  /// A batch has failed for good; nothing further is run.
  virtual void batch_failed(std::exception_ptr error) = 0;
  /// The batch that ends at `until` is committed and published; called in time order.
  virtual void batch_committed(Time) {}
  /// There is room for another batch.
  virtual void batch_done() = 0;
};

/// Takes batches through the protocol ALLOC → compute → PREPARE → COMMIT → PUBLISH: up to
/// `max_in_flight` at once, commits in batch-time order. Has no thread: each call, and each end of
/// a run, moves on what can be moved, on the thread that made it; one thread at a time does so. Where
/// sinks are committed, a thread that executes tasks leaves the commits to one that may block.
class JobScheduler final : public RunObserver {
 public:
  struct Parts {
    CompiledGraph& compiled;
    Runner& runner;
    BlockStore& blocks;
    BatchLog& log;
    ListenerBus& listeners;
    Clock& clock;
    SchedulerObserver& observer;
  };
  JobScheduler(const Parts& parts, std::uint32_t max_in_flight);
  ~JobScheduler() override;

  /// Queues a batch that covers (from, until]. Batches come in time order. Where the last waiting
  /// batch and this one are empty, or `max_queued` batches wait, they are run as one.
  void submit(Time from, Time until, BatchBlocks blocks, std::vector<SourceRange> ranges,
              std::size_t max_queued);

  /// Whether a further batch would start at once.
  bool has_room() const;
  /// Waits until a further batch would start at once, or the scheduler has halted.
  void await_room();
  /// Whether nothing further is committed.
  bool halted() const;
  /// Waits until all batches are committed or the scheduler has halted.
  void drain();
  /// Drops waiting batches; those that run end with their running tasks. Nothing of it is an error.
  void begin_halt();
  /// The same, and waits for the batches that run.
  void halt();

  /// Memory that the batches in flight hold in shuffles and results, in bytes.
  std::size_t bytes() const;

  /// Outputs of batches that were left out (OutputFailure::skip).
  std::uint64_t skipped_outputs() const;

  void run_complete(Run& run) override;
  void output_started(Run& run, const OutputNode& output) override {
    outputs_.started(run, output);
  }
  void output_ended(Run& run, const OutputNode& output) override { outputs_.ended(run, output); }

 private:
  class RoomAlarm;
  struct InFlight {
    std::unique_ptr<Run> run;
    bool prepared = false;  ///< its run is set up; only then may it be failed
    bool computed = false;
    bool gated = false;
  };

  void advance();
  bool commit_front(std::unique_lock<std::mutex>& lock);
  void hand_over();
  std::exception_ptr decide(Time batch_time);
  std::exception_ptr make_visible(Run& run, BatchInfo& info);
  bool start_next(std::unique_lock<std::mutex>& lock);
  bool outputs_ready();
  enum class Staged : std::uint8_t { abort, keep };
  void retire_front(std::unique_lock<std::mutex>& lock);
  void fail_front(std::unique_lock<std::mutex>& lock, Staged staged);
  void drop_pending();
  bool idle() const { return pending_.empty() && in_flight_.empty(); }

  Parts parts_;
  const std::uint32_t max_in_flight_;
  BatchOutputs outputs_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable idle_;
  std::deque<BatchInfo> pending_;
  bool last_is_empty_ = false;                    // the batch at the back of pending_ has no blocks
  std::deque<InFlight> in_flight_;                // in batch-time order
  std::vector<std::unique_ptr<Run>> spare_runs_;  // at most max_in_flight_
  bool advancing_ = false;
  bool again_ = false;
  bool handed_over_ = false;  // a thread that may block is on its way
  bool halted_ = false;
  std::uint64_t skipped_outputs_ = 0;
  const std::shared_ptr<RoomAlarm> room_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
