#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include <dstream/batch_info.h>

#include "plan/pipeline.h"
#include "plan/stage_graph.h"
#include "runtime/compiled_graph.h"
#include "runtime/output_ledger.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// A unit of work: a slice of a stage's input, or one partition of a shuffle.
struct Task {
  std::uint32_t input = 0;
  std::uint32_t partition = 0;
  const Block* block = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t executor = 0;  ///< where it should run
};

/// What is told of a run's life.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// An output's stage has become ready, or has ended without failing; only for runs that are
  /// watched. On whichever thread it happens.
  virtual void output_started(class Run&, const OutputNode&) {}
  virtual void output_ended(class Run&, const OutputNode&) {}
  /// Called once, on the thread that finished the last task; the run may be destroyed in it.
  virtual void run_complete(class Run& run) = 0;
};

/// One pass of a compiled graph over one batch. The protocol that runners follow: begin() and
/// every finish_*() give the stages that have become ready; all tasks of a ready task stage are
/// executed, a ready driver stage is run on a thread outside all arenas; when done() the caller
/// tells the observer. Thread-safe as far as that protocol goes.
class Run {
 public:
  Run(CompiledGraph& compiled, RunObserver& observer);

  CompiledGraph& compiled() { return compiled_; }
  const Stage& stage(std::uint32_t id) const { return compiled_.graph().stages()[id]; }
  std::vector<Task>& tasks(std::uint32_t stage) { return stages_[stage].tasks; }
  const BatchInfo& info() const { return info_; }
  OutputLedger& outputs() { return outputs_; }
  bool watched() const { return watched_; }
  /// What the stages of a watched run have done.
  std::vector<StageInfo> stage_infos() const;
  /// When the first task began; the epoch while none has.
  Time first_start() const { return Time(first_start_ns_.load(std::memory_order_relaxed)); }

  /// Prepares a batch: per source its blocks. A gated run holds its outputs back until open_gate();
  /// a watched one tells the observer of its outputs and keeps figures of its stages.
  void reset(BatchInfo info, std::vector<std::vector<BlockPtr>> inputs, bool gated, bool watched);
  void begin(std::vector<std::uint32_t>& ready);
  /// The batch before has been committed.
  void open_gate(std::vector<std::uint32_t>& ready);

  /// Runs a task with its retries; a failure is kept. Never throws.
  void execute(std::uint32_t stage, std::uint32_t task) noexcept;
  /// Runs a driver stage. Never throws.
  void execute_driver(std::uint32_t stage, JobRunner& jobs) noexcept;
  /// Counts a task; true for the stage's last one, whose caller goes on with finish_stage().
  bool finish_task(std::uint32_t stage);
  /// True when this was the last stage of the run; the caller then calls complete().
  bool finish_stage(std::uint32_t stage, std::vector<std::uint32_t>& ready);
  void complete() { observer_.run_complete(*this); }

  /// After completion: puts in what was not known of the sources' records before they were read.
  void count_records(BatchInfo& info) const;
  /// After completion: the blocks of a published output or a driver's input, in slice order.
  std::vector<BlockPtr> collected(TerminalId id) const;
  /// The same, leaving nothing behind: the caller is their only owner.
  std::vector<BlockPtr> take_collected(TerminalId id);
  std::exception_ptr error() const;
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  /// Stops what is still to run; the run completes with this error unless it has one. Calls users'
  /// stop callbacks, so not with a lock held.
  void fail(std::exception_ptr error) noexcept;
  /// The same for a caller that holds a lock: it requests the stop once it holds none.
  [[nodiscard]] std::stop_source mark_failed(std::exception_ptr error) noexcept;
  std::uint32_t failed_attempts() const { return failed_attempts_.load(); }
  /// Memory that the run's shuffles and collected outputs hold, in bytes. Any thread.
  std::size_t bytes() const { return held_bytes_.load(std::memory_order_relaxed); }
  /// Gives shuffle memory back for the next batch.
  void release();

 private:
  /// The slices of every parent of a shuffle.
  using Written = std::vector<std::span<const SliceOutputPtr>>;

  struct StageRun {
    std::vector<Task> tasks;
    std::vector<Written> written;                      // [input], where that is a shuffle
    std::vector<std::vector<SliceOutputPtr>> outputs;  // [terminal][task]
    std::vector<BlockPtr> result;                      // of a transform
    StageFigures figures;                              // of a watched run
    std::atomic<std::uint32_t> waiting_for{0};
    std::atomic<std::uint32_t> unfinished{0};
  };

  void make_ready(std::uint32_t stage, std::vector<std::uint32_t>& ready);
  void plan_tasks(std::uint32_t stage) noexcept;
  void plan_input(std::uint32_t stage, std::uint32_t number);
  void add_slices(std::uint32_t input, const Block& block, std::vector<Task>& tasks) const;
  void add_partitions(std::uint32_t input, const StageInput& from, const Written& written,
                      std::vector<Task>& tasks) const;
  void attempt(std::uint32_t stage, std::uint32_t task, Pipeline& pipeline,
               const TaskContext& context);
  void run_driver(std::uint32_t stage, JobRunner& jobs);
  bool skip_driver(std::uint32_t stage, const TaskContext& task);
  template <class Add>
  void add_figures(std::uint32_t stage, Add add);
  void note_start();
  std::span<const SliceOutputPtr> slices(TerminalId id) const;

  CompiledGraph& compiled_;
  RunObserver& observer_;
  OutputLedger outputs_;
  BatchInfo info_;
  bool watched_ = false;
  std::atomic<std::int64_t> first_start_ns_{0};
  std::vector<std::vector<BlockPtr>> inputs_;
  std::deque<StageRun> stages_;
  std::atomic<std::uint32_t> unfinished_stages_{0};
  std::atomic<std::uint32_t> failed_attempts_{0};
  std::atomic<std::size_t> held_bytes_{0};
  std::atomic<bool> failed_{false};
  std::stop_source stop_;
  mutable std::mutex error_mutex_;  // leaf; guards error_
  std::exception_ptr error_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
