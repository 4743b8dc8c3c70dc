#pragma once

#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/batch_info.h>
#include <dstream/block.h>
#include <dstream/detail/exchange.h>
#include <dstream/detail/input_source.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>
#include <dstream/output_options.h>
#include <dstream/storage_level.h>

namespace dstream {
inline namespace v1 {

class FileSystem;
struct Options;

namespace detail {

struct BlockFormat;

enum class NodeKind : std::uint8_t { source, narrow, merge, exchange, transform, output };

class PlanNode;
using PlanNodePtr = std::shared_ptr<PlanNode>;

/// Where and how the user made an operator.
struct Origin {
  const char* operation = "";
  std::source_location where = std::source_location::current();
};

/// One operator of a plan: what to do, never how it runs. Immutable once its context has started;
/// the parents come first. Names may be given until then.
class DSTREAM_EXPORT PlanNode {
 public:
  PlanNode(NodeKind kind, Origin origin, std::string_view element_type,
           std::vector<PlanNodePtr> parents);
  virtual ~PlanNode();

  const NodeKind kind;
  const Origin origin;
  const std::string_view element_type;  ///< for messages and explain()
  const std::vector<PlanNodePtr> parents;
  std::string name;  ///< for people: explain(), the log, figures
  std::string uid;   ///< identity across restarts and code changes
  /// Per parent, how to put its records at rest where the plan has to be cut before this node.
  std::vector<CollectorFactory> collect_parent;
};

class JobRunner;

/// Blocks that are had when an action first needs them: a cached data set, a batch that was kept, a
/// file. Thread-safe.
class DSTREAM_EXPORT BlockProvider {
 public:
  virtual ~BlockProvider();
  /// The blocks, in slice order. Called before a job begins, never inside a task. Throws Error.
  virtual std::vector<BlockPtr> blocks(JobRunner& jobs) = 0;
  /// The plan that makes the blocks, for people; null where there is none.
  virtual PlanNodePtr plan() const;
};

/// Data enters: a running source of a context, or an Rdd's blocks, which are there already or come
/// from a provider.
class DSTREAM_EXPORT SourceNode final : public PlanNode {
 public:
  SourceNode(Origin origin, std::string_view element_type, std::shared_ptr<InputSource> source);
  SourceNode(Origin origin, std::string_view element_type, std::vector<BlockPtr> blocks);
  SourceNode(Origin origin, std::string_view element_type, std::shared_ptr<BlockProvider> provider);
  ~SourceNode() override;

  const std::shared_ptr<InputSource> source;  ///< null for blocks
  const std::vector<BlockPtr> blocks;
  const std::shared_ptr<BlockProvider> provider;  ///< null unless the blocks come from it
};

/// Runs inside a stage, on chunks.
class DSTREAM_EXPORT NarrowNode final : public PlanNode {
 public:
  using StepFactory = StepPtr (*)(const void* callable);

  NarrowNode(Origin origin, std::string_view element_type, PlanNodePtr parent, StepFactory factory,
             std::shared_ptr<const void> callable);
  ~NarrowNode() override;

  StepPtr make_step() const { return factory_(callable_.get()); }

 private:
  StepFactory factory_;
  std::shared_ptr<const void> callable_;
};

/// Several streams as one: the parents' partitions one after the other.
class DSTREAM_EXPORT MergeNode final : public PlanNode {
 public:
  MergeNode(Origin origin, std::string_view element_type, std::vector<PlanNodePtr> parents,
            CollectorFactory collector);
  ~MergeNode() override;
};

/// A shuffle of one parent or several: ends their stages and begins another.
class DSTREAM_EXPORT ExchangeNode final : public PlanNode {
 public:
  ExchangeNode(Origin origin, std::string_view element_type, std::vector<PlanNodePtr> parents,
               std::shared_ptr<const Exchange> exchange);
  ~ExchangeNode() override;

  const std::shared_ptr<const Exchange> exchange;
};

// Made in the library: users' code instantiates no shared_ptr machinery per operator.
DSTREAM_EXPORT std::shared_ptr<SourceNode> make_source_node(Origin origin,
                                                            std::string_view element_type,
                                                            std::shared_ptr<InputSource> source);
DSTREAM_EXPORT std::shared_ptr<SourceNode> make_source_node(Origin origin,
                                                            std::string_view element_type,
                                                            std::vector<BlockPtr> blocks);
DSTREAM_EXPORT std::shared_ptr<SourceNode> make_source_node(
    Origin origin, std::string_view element_type, std::shared_ptr<BlockProvider> provider);
DSTREAM_EXPORT PlanNodePtr make_narrow_node(const Origin& origin, std::string_view element_type,
                                            const PlanNodePtr& parent,
                                            NarrowNode::StepFactory factory,
                                            std::shared_ptr<const void> callable);
DSTREAM_EXPORT PlanNodePtr make_exchange_node(const Origin& origin, std::string_view element_type,
                                              const PlanNodePtr& parent,
                                              std::shared_ptr<const Exchange>&& exchange);
/// A shuffle of several parents, a side for each; see CoExchange.
DSTREAM_EXPORT PlanNodePtr make_co_exchange_node(Origin origin, std::string_view element_type,
                                                 std::vector<PlanNodePtr> parents,
                                                 CoExchange::Sides sides,
                                                 CoExchange::ReaderFactory make_reader);
DSTREAM_EXPORT PlanNodePtr make_merge_node(Origin origin, std::string_view element_type,
                                           std::vector<PlanNodePtr> parents,
                                           CollectorFactory collector);
DSTREAM_EXPORT PlanNodePtr make_merge_node(const Origin& origin, std::string_view element_type,
                                           const PlanNodePtr& first, const PlanNodePtr& second,
                                           CollectorFactory collector);
/// The same of parents that are held elsewhere.
DSTREAM_EXPORT PlanNodePtr make_union_node(Origin origin, std::string_view element_type,
                                           const PlanNodePtr* const* parents, std::size_t count,
                                           CollectorFactory collector);
/// All of `parent` in one partition; see GatherExchange.
DSTREAM_EXPORT PlanNodePtr make_gather_node(Origin origin, std::string_view element_type,
                                            PlanNodePtr parent, CollectorFactory collector,
                                            std::size_t limit, bool reads_nothing);

/// A function of whole data sets that runs on the driver thread each batch: its parents are put at
/// rest first, its result is read from blocks.
class DSTREAM_EXPORT TransformNode final : public PlanNode {
 public:
  /// Given the blocks of each parent, which it may take, returns the blocks of the result.
  class Function {
   public:
    virtual ~Function();
    virtual std::vector<BlockPtr> run(JobRunner& jobs, std::vector<BlockPtr>* parents,
                                      Time batch_time) const = 0;
  };

  TransformNode(Origin origin, std::string_view element_type, std::vector<PlanNodePtr> parents,
                std::vector<CollectorFactory> collectors, Box<Function> function);
  ~TransformNode() override;

  const Box<Function> function;
};

/// When an output does its work.
enum class OutputPhase : std::uint8_t {
  task,     ///< as the last step of a stage's tasks; before COMMIT, at least once
  driver,   ///< on the driver thread over the collected batch; before COMMIT, at least once
  staged,   ///< as task, but nobody sees it before commit(), which follows COMMIT
  publish,  ///< after COMMIT, once
};

/// Told by a full output that it has room again.
class DSTREAM_EXPORT RoomWaiter {
 public:
  virtual ~RoomWaiter();
  virtual void room() = 0;
};

class OutputNode;

/// What an output is told when its context starts.
struct OutputEnvironment {
  const Options& options;  ///< complete: the seams are set; lives as long as the output runs
  const OutputNode& node;
};

/// What an output operation does with a batch. Members are called by one thread at a time, in
/// batch-time order, unless said otherwise.
class DSTREAM_EXPORT OutputOperation {
 public:
  explicit OutputOperation(OutputPhase output_phase) : phase(output_phase) {}
  virtual ~OutputOperation();

  const OutputPhase phase;
  /// Set before the output is added to its context.
  OutputFailure on_failure = OutputFailure::stop;

  /// The context starts. May throw Error, which start() throws.
  virtual void open(const OutputEnvironment& environment);
  /// task, staged: the step that takes the records; any thread.
  virtual StepPtr make_step() const;
  /// driver: the user's function.
  virtual void run(JobRunner& jobs, std::vector<BlockPtr> blocks, const BatchInfo& info);
  /// staged: makes visible what the tasks have prepared for the batch. After it has thrown it is
  /// called again, or abort() is.
  virtual void commit(Time batch_time);
  /// staged: drops what is staged for the batch and not committed.
  virtual void abort(Time batch_time) noexcept;
  /// staged: how often aborting a write has failed so far; any thread.
  virtual std::uint64_t failed_aborts() const;
  /// publish: whether there is room for another batch. Where not, the waiter is told once when
  /// there is.
  virtual bool ready(const std::shared_ptr<RoomWaiter>& waiter);
  /// publish: delivers. Called once; what it throws ends the context, or leaves the output out.
  virtual void publish(std::vector<BlockPtr> blocks, const BatchInfo& info);
  /// The context has ended: handles of the host report closed.
  virtual void close();
};

/// Data leaves.
class DSTREAM_EXPORT OutputNode final : public PlanNode {
 public:
  /// `collector` puts the parent's records at rest; null for outputs of the task phase.
  OutputNode(Origin origin, std::string_view element_type, PlanNodePtr parent,
             std::shared_ptr<OutputOperation> operation, CollectorFactory collector);
  ~OutputNode() override;

  /// Runs as a step inside a stage.
  bool is_step() const {
    return operation->phase == OutputPhase::task || operation->phase == OutputPhase::staged;
  }

  const std::shared_ptr<OutputOperation> operation;
  std::uint32_t id = 0;  ///< its number in its context, in order of definition
};

DSTREAM_EXPORT std::shared_ptr<OutputNode> make_output_node(
    Origin origin, std::string_view element_type, PlanNodePtr parent,
    std::shared_ptr<OutputOperation> operation, CollectorFactory collector);

/// A data set that is to be kept: how its records are put at rest, and where they stay.
struct KeepRequest {
  Origin origin;
  PlanNodePtr node;
  CollectorFactory collector = nullptr;
  StorageLevel level = StorageLevel::memory;
  const BlockFormat* format = nullptr;  ///< null where the level uses no disk
};

/// Runs a plan over blocks to its end: what an action of an Rdd needs. Blocks the calling thread.
class DSTREAM_EXPORT JobRunner {
 public:
  virtual ~JobRunner();
  /// The records of `node`, one block per task in slice order. `collector` is for node's type.
  /// Throws Error of a failed task, and Errc::illegal_state when called from inside a task or after
  /// the context has stopped.
  virtual std::vector<BlockPtr> run_job(const PlanNodePtr& node, CollectorFactory collector) = 0;
  /// For Rdds, which must not keep their context alive: a plan may hold them.
  virtual std::weak_ptr<JobRunner> handle() = 0;
  /// What Rdd::persist() reads from: computed by the first job that needs it. Throws
  /// Error{Errc::invalid_argument} or Errc::missing_codec for a level that cannot be had.
  virtual std::shared_ptr<BlockProvider> keep(const KeepRequest& request) = 0;
  /// The plan of `node` as text.
  virtual std::string describe(const PlanNodePtr& node) const = 0;
  virtual const std::shared_ptr<FileSystem>& file_system() const = 0;
};

/// The runner behind an Rdd. Throws Error{Errc::illegal_state} where its context is gone.
DSTREAM_EXPORT std::shared_ptr<JobRunner> lock_jobs(const std::weak_ptr<JobRunner>& jobs);
/// Throws Error{Errc::invalid_argument} unless a and b are of the same context.
DSTREAM_EXPORT void check_same_jobs(const std::weak_ptr<JobRunner>& a,
                                    const std::weak_ptr<JobRunner>& b, const Origin& origin);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
