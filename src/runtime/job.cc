#include "runtime/job.h"

#include "storage/block_store.h"

#include <condition_variable>
#include <mutex>

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

}  // namespace

std::vector<BlockPtr> run_plan(const PlanNodePtr& node, CollectorFactory collector,
                               const RunSettings& settings, Runner& runner) {
  const auto output = std::make_shared<OutputNode>(Origin{"collect", node->origin.where},
                                                   node->element_type, node,
                                                   std::make_shared<CollectOutput>(), collector);
  CompiledGraph compiled(StageGraph::build({output}), settings);
  Waiter waiter;
  Run run(compiled, waiter);
  run.reset({}, BatchBlocks(compiled.graph().sources().size()), false, false);
  runner.submit(run);
  waiter.wait();
  if (run.failed()) std::rethrow_exception(run.error());
  return run.take_collected(compiled.graph().published().front().from);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
