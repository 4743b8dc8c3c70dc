#include "runtime/context_impl.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "dstream/dead_letter.h"
#include "dstream/error.h"
#include "plan/explain.h"
#include "runtime/cached_rdd.h"
#include "runtime/callback_scope.h"
#include "runtime/check_options.h"
#include "runtime/flow_graph_runner.h"
#include "runtime/inline_runner.h"
#include "runtime/job.h"

namespace dstream {
inline namespace v1 {
namespace detail {

ContextImpl::ContextImpl(Options options)
    : options_(checked(std::move(options))),
      listeners_(this, options_.clock),
      cache_(std::make_shared<BlockCache>(
          BlockCache::Settings{options_.cache_memory_bytes, options_.cache_directory,
                               options_.file_system, options_.random})) {
  run_settings_.exchange = {options_.default_partitions, options_.hash_seed};
  run_settings_.slice_records = options_.slice_records;
  run_settings_.max_task_failures = options_.max_task_failures;
  run_settings_.executors = options_.execution == Execution::inline_run ? 1 : options_.executors;
  run_settings_.run_empty_tasks = options_.run_empty_tasks;
  run_settings_.clock = options_.clock.get();
  run_settings_.context = this;
  tunables_ = options_.tunables;
}

ContextImpl::~ContextImpl() { join_reaper(); }

void ContextImpl::check_open(const Origin& origin) const {
  if (state() == ContextState::initialized) return;
  throw Error(Errc::illegal_state, "the context has started; build the whole plan before start()",
              {origin.operation, origin.where, {}, {}});
}

void ContextImpl::add_input(std::shared_ptr<SourceNode> source) {
  check_open(source->origin);
  source->source->set_stream_id(static_cast<std::uint32_t>(inputs_.size()));
  inputs_.push_back(std::move(source));
}

void ContextImpl::add_output(std::shared_ptr<OutputNode> output) {
  check_open(output->origin);
  output->id = static_cast<std::uint32_t>(outputs_.size());
  outputs_.push_back(std::move(output));
}

void ContextImpl::keep_batches(const KeepRequest& request) {
  check_open(request.origin);
  kept_.add(cache_, request);
}

void ContextImpl::remember(Duration duration) {
  check_open({"remember"});
  if (duration <= Duration(0)) {
    throw Error(Errc::invalid_argument, "remember() needs a positive length of time");
  }
  kept_.remember(duration);
}

void ContextImpl::check_plan() const {
  if (outputs_.empty()) {
    throw Error(Errc::no_output,
                "no output operation: add print(), for_each(), foreach_rdd(), write_to(), "
                "to_channel(), latest() or one of save_as_*() to a stream before start()");
  }
  std::set<std::string> uids;
  for (const PlanNode* node : plan_nodes(outputs_)) {
    if (node->uid.empty() || uids.insert(node->uid).second) continue;
    throw Error(
        Errc::invalid_argument,
        fmt::format("the uid \"{}\" is given twice; each operator needs its own", node->uid),
        {node->origin.operation, node->origin.where, {}, {}});
  }
  kept_.check(run_settings_.executors);
}

bool ContextImpl::has_staged_outputs() const {
  return std::any_of(outputs_.begin(), outputs_.end(), [](const PlanNodePtr& output) {
    return static_cast<const OutputNode&>(*output).operation->phase == OutputPhase::staged;
  });
}

void ContextImpl::build() {
  std::lock_guard lock(mutex_);
  // All inputs in order of definition. One that no output needs is drained like the others, so that
  // whoever feeds it is not held up.
  std::vector<const SourceNode*> inputs;
  for (const auto& input : inputs_) inputs.push_back(input.get());
  std::vector<PlanNodePtr> outputs = outputs_;
  for (const auto& keeps : kept_.outputs(options_.batch_interval)) {
    keeps->id = static_cast<std::uint32_t>(outputs.size());
    outputs.push_back(keeps);
  }
  compiled_ = std::make_unique<CompiledGraph>(
      StageGraph::build(outputs, std::move(inputs), !kept_.empty()), run_settings_);
  if (options_.execution == Execution::inline_run) {
    runner_ = std::make_unique<InlineRunner>(*this);
  } else {
    // One more where sinks are committed, so that no function of a whole data set is in the way.
    const std::uint32_t drivers =
        (compiled_->graph().has_driver_stages() ? options_.max_batches_in_flight : 0) +
        (has_staged_outputs() ? 1 : 0);
    runner_ = std::make_unique<FlowGraphRunner>(
        *compiled_,
        ExecutorSettings{options_.executors, options_.slots, options_.pin_executors, drivers},
        *this);
  }
  scheduler_ = std::make_unique<JobScheduler>(
      JobScheduler::Parts{*compiled_, *runner_, blocks_, *options_.batch_log, listeners_,
                          *options_.clock, *this},
      options_.max_batches_in_flight);
  std::vector<std::shared_ptr<InputSource>> sources;
  for (const SourceNode* node : compiled_->graph().sources()) sources.push_back(node->source);
  generator_ = std::make_unique<JobGenerator>(std::move(sources), *options_.clock, *scheduler_,
                                              options_.trigger, options_.batch_interval, this);
  generator_->set_tunables(tunables_);
  generator_->on_error([this](std::exception_ptr error) { fail(std::move(error)); });
}

void ContextImpl::dead_letter(const char* source, std::string reason, std::string_view payload) {
  if (!options_.dead_letters) return;
  try {
    options_.dead_letters->put(
        {options_.clock->now(), source, std::move(reason), std::string(payload)});
  } catch (...) {
    // The receiver goes on: it has counted what it dropped.
  }
}

void ContextImpl::receiver_event(ReceiverEvent event, const ReceiverInfo& info) {
  listeners_.post([event, info](StreamingListener& listener) {
    switch (event) {
      case ReceiverEvent::started:
        return listener.on_receiver_started(info);
      case ReceiverEvent::error:
        return listener.on_receiver_error(info);
      case ReceiverEvent::stopped:
        return listener.on_receiver_stopped(info);
    }
  });
}

void ContextImpl::batch_committed(Time until) {
  for (const auto& input : inputs_) input->source->committed(until);
}

void ContextImpl::batch_done() {
  if (wants_arrivals()) generator_->poll();
}

std::vector<BlockPtr> ContextImpl::run_job(const PlanNodePtr& node, CollectorFactory collector) {
  if (CallbackScope::inside_task()) {
    throw Error(
        Errc::illegal_state,
        "an action of an Rdd may not be called from inside an operator's callable: tasks may "
        "not wait for tasks; call it in foreach_rdd or transform and capture the result");
  }
  return run_plan(node, collector, run_settings_, jobs_gate_, *this);
}

std::shared_ptr<BlockProvider> ContextImpl::keep(const KeepRequest& request) {
  check_storage_level(request, *cache_, run_settings_.executors);
  return std::make_shared<CachedRdd>(cache_, request);
}

std::string ContextImpl::describe(const PlanNodePtr& node) const { return describe_plan(node); }

std::vector<std::pair<Time, std::shared_ptr<BlockProvider>>> ContextImpl::slice(
    const Origin& origin, const PlanNodePtr& node, Time from, Time until) {
  const ErrorContext where{origin.operation, origin.where, {}, {}};
  std::shared_ptr<KeptStream> stream;
  {
    std::lock_guard lock(mutex_);
    if (state_ != ContextState::active || error_) {
      throw Error(Errc::illegal_state,
                  "slice() looks at batches of an active context; call it between start() and "
                  "stop()",
                  where);
    }
    stream = kept_.find(node);
  }
  if (!stream) {
    throw Error(Errc::illegal_state,
                "slice() needs a stream whose batches are kept: call persist() or cache() on it "
                "before start()",
                where);
  }
  const Duration tick = options_.trigger == Trigger::arrival
                            ? Duration(std::chrono::microseconds(1))
                            : options_.batch_interval;
  return stream->slice(from.floor(tick), until.floor(tick));
}

std::string ContextImpl::explain(ExplainFormat format) const {
  const CompiledGraph* compiled;
  {
    std::lock_guard lock(mutex_);
    compiled = compiled_.get();
  }
  if (compiled == nullptr) return explain_graph(StageGraph::build(outputs_), format, {});
  return explain_graph(compiled->graph(), format, compiled->summaries());
}

Tunables ContextImpl::tunables() const {
  std::lock_guard lock(mutex_);
  return tunables_;
}

void ContextImpl::set_tunables(const Tunables& tunables) {
  check_tunables(tunables);
  std::lock_guard lock(mutex_);
  tunables_ = tunables;
  if (generator_) generator_->set_tunables(tunables);
  for (const auto& input : inputs_) input->source->set_tunables(tunables);
}

std::vector<ReceiverInfo> ContextImpl::receivers() const {
  std::vector<ReceiverInfo> infos;
  for (const auto& input : inputs_) {
    const InputSource& source = *input->source;
    if (const auto status = source.receiver_status()) {
      infos.push_back(
          {source.stream_id(), input->origin.operation, source.preferred_executor(), *status});
    }
  }
  return infos;
}

std::uint64_t ContextImpl::skipped_outputs() const {
  std::lock_guard lock(mutex_);
  return scheduler_ ? scheduler_->skipped_outputs() : 0;
}

MemoryUse ContextImpl::memory() const {
  std::lock_guard lock(mutex_);
  MemoryUse use;
  use.blocks = blocks_.bytes();
  if (scheduler_) use.shuffles = scheduler_->bytes();
  if (compiled_) use.tables = compiled_->table_bytes();
  use.cached = cache_->bytes();
  return use;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
