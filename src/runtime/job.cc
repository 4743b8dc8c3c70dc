#include "runtime/job.h"

#include <condition_variable>
#include <mutex>

#include "plan/explain.h"
#include "runtime/inline_runner.h"
#include "storage/block_store.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// Stands for the caller of an action, who waits for the records.
class CollectOutput final : public OutputOperation {
 public:
  CollectOutput() : OutputOperation(OutputPhase::publish) {}
};

class Waiter final : public RunObserver {
 public:
  void run_complete(Run&) override {
    // Notified under the lock: the waiter may destroy this as soon as it is released.
    std::lock_guard lock(mutex_);
    done_ = true;
    wake_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
};

PlanNodePtr collected(const PlanNodePtr& node, CollectorFactory collector) {
  return std::make_shared<OutputNode>(Origin{"collect", node->origin.where}, node->element_type,
                                      node, std::make_shared<CollectOutput>(), collector);
}

/// What the plan reads that is not there yet.
BatchBlocks provided_blocks(const StageGraph& graph, JobRunner& jobs) {
  BatchBlocks blocks;
  for (const SourceNode* source : graph.sources()) {
    blocks.push_back(source->provider ? source->provider->blocks(jobs) : std::vector<BlockPtr>());
  }
  return blocks;
}

}  // namespace

std::vector<BlockPtr> run_plan(const PlanNodePtr& node, CollectorFactory collector,
                               const RunSettings& settings, JobGate& gate, RunnerHost& host) {
  CompiledGraph compiled(StageGraph::build({collected(node, collector)}), settings);
  BatchBlocks inputs = provided_blocks(compiled.graph(), host);
  InlineRunner here(host);
  Waiter waiter;
  Run run(compiled, waiter);
  run.reset({}, std::move(inputs), false, false);
  const JobGate::Pass pass(gate, run);
  Runner& runner = pass.runner() != nullptr ? *pass.runner() : here;
  runner.submit(run);
  waiter.wait();
  if (run.failed()) std::rethrow_exception(run.error());
  return run.take_collected(compiled.graph().published().front().from);
}

std::string describe_plan(const PlanNodePtr& node) {
  const StageGraph graph = StageGraph::build({collected(node, nullptr)});
  std::string text = explain_graph(graph, ExplainFormat::text, {});
  for (const SourceNode* source : graph.sources()) {
    const PlanNodePtr plan = source->provider ? source->provider->plan() : nullptr;
    if (plan) text += plan_label(*source) + " keeps the records of\n" + describe_plan(plan);
  }
  return text;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
