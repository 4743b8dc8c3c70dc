#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <dstream/detail/plan_context.h>
#include <dstream/options.h>
#include <dstream/streaming_context.h>

#include "runtime/job_gate.h"
#include "runtime/job_generator.h"
#include "runtime/job_scheduler.h"
#include "runtime/kept_streams.h"
#include "runtime/listener_bus.h"
#include "runtime/runner.h"
#include "storage/block_cache.h"
#include "storage/block_store.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// A StreamingContext's inside: the plan while it is built, then the parts that run it.
class ContextImpl final : public PlanContext,
                          public RunnerHost,
                          public SourceHost,
                          public SchedulerObserver,
                          public std::enable_shared_from_this<ContextImpl> {
 public:
  explicit ContextImpl(Options options);
  ~ContextImpl() override;

  // PlanContext
  void check_open(const Origin& origin) const override;
  void add_input(std::shared_ptr<SourceNode> source) override;
  void add_output(std::shared_ptr<OutputNode> output) override;
  void keep_batches(const KeepRequest& request) override;
  std::vector<std::pair<Time, std::shared_ptr<BlockProvider>>> slice(const Origin& origin,
                                                                     const PlanNodePtr& node,
                                                                     Time from,
                                                                     Time until) override;
  JobRunner& jobs() override { return *this; }

  // JobRunner, RunnerHost
  std::vector<BlockPtr> run_job(const PlanNodePtr& node, CollectorFactory collector) override;
  std::weak_ptr<JobRunner> handle() override { return weak_from_this(); }
  std::shared_ptr<BlockProvider> keep(const KeepRequest& request) override;
  std::string describe(const PlanNodePtr& node) const override;
  const std::shared_ptr<FileSystem>& file_system() const override { return options_.file_system; }
  void poll() override { generator_->poll(); }

  // SourceHost
  void data_arrived() override { runner_->request_poll(); }
  void source_failed(std::exception_ptr error) override { fail(std::move(error)); }
  void dead_letter(const char* source, std::string reason, std::string_view payload) override;
  void receiver_event(ReceiverEvent event, const ReceiverInfo& info) override;
  Clock& clock() override { return *options_.clock; }
  bool wants_arrivals() const override { return options_.trigger == Trigger::arrival; }

  // SchedulerObserver
  void batch_failed(std::exception_ptr error) override { fail(std::move(error)); }
  void batch_committed(Time until) override;
  void batch_done() override;

  void start();
  void run_to_end();
  void stop(StopMode mode);
  /// The destructor of the context: stop(), in the background where stop() would wait for itself.
  void abandon() noexcept;
  bool await(std::optional<Duration> timeout);
  void remember(Duration duration);
  ContextState state() const;
  std::string explain(ExplainFormat format) const;

  const Options& options() const { return options_; }
  Tunables tunables() const;
  void set_tunables(const Tunables& tunables);
  ListenerBus& listeners() { return listeners_; }
  std::uint64_t skipped_outputs() const;
  MemoryUse memory() const;
  std::vector<ReceiverInfo> receivers() const;

  // The test kit's door.
  JobGenerator& generator() { return *generator_; }
  JobScheduler& scheduler() { return *scheduler_; }
  BlockStore& blocks() { return blocks_; }

 private:
  void check_plan() const;
  bool has_staged_outputs() const;
  void build();
  enum class Batches : std::uint8_t { by_trigger, by_hand };
  void start(Batches batches);
  void check_ends() const;
  SourceEnd nearest_end() const;
  void await_input();
  void drop_plan();
  void fail(std::exception_ptr error);
  void shut_down(StopMode mode);
  void interrupt();
  void end_in_background();
  void join_reaper();
  void refuse_inside_callback(const char* call) const;

  Options options_;
  RunSettings run_settings_;
  std::vector<std::shared_ptr<SourceNode>> inputs_;
  std::vector<PlanNodePtr> outputs_;
  ListenerBus listeners_;
  BlockStore blocks_;
  const std::shared_ptr<BlockCache> cache_;  // Rdds hold it, too
  KeptStreams kept_;
  JobGate jobs_gate_;
  std::unique_ptr<CompiledGraph> compiled_;
  std::unique_ptr<Runner> runner_;
  std::unique_ptr<JobScheduler> scheduler_;
  std::unique_ptr<JobGenerator> generator_;

  std::mutex life_mutex_;  // held through start() and stop(): one at a time
  // Guards all below, and the pointers to the parts. May be held while a part's own mutex is taken,
  // never the other way round.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  ContextState state_ = ContextState::initialized;
  bool shut_down_ = false;
  std::exception_ptr error_;
  std::thread reaper_;  // ends a context that has failed
  Tunables tunables_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
