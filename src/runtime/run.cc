#include "runtime/run.h"

#include <algorithm>

#include "runtime/callback_scope.h"
#include "runtime/task_error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

std::uint64_t total_records(const SliceOutput& output, std::uint32_t partitions) {
  std::uint64_t total = 0;
  for (std::uint32_t p = 0; p < partitions; ++p) total += output.records(p);
  return total;
}

/// The gathering side of an output that takes all records in one place is part of the output.
bool gathers_for_output(const PlanNode* node, const Stage& stage) {
  return std::any_of(stage.outputs.begin(), stage.outputs.end(), [node](const OutputNode* output) {
    return output->parents.front().get() == node && node->kind == NodeKind::exchange &&
           std::string_view(output->origin.operation) == node->origin.operation;
  });
}

std::string operations_of(const Stage& stage) {
  std::string text;
  const auto add = [&text](const PlanNode* node) {
    text.append(text.empty() ? "" : " -> ");
    text += node->name.empty() ? node->origin.operation : node->name;
  };
  for (const PlanNode* node : stage.nodes) {
    if (!gathers_for_output(node, stage)) add(node);
  }
  if (stage.driver_output != nullptr) add(stage.driver_output);
  if (stage.transform != nullptr) add(stage.transform);
  return text;
}

}  // namespace

Run::Run(CompiledGraph& compiled, RunObserver& observer)
    : compiled_(compiled),
      observer_(observer),
      outputs_(compiled.graph().outputs().size()),
      stages_(compiled.graph().stages().size()) {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    stages_[i].outputs.resize(compiled.graph().stages()[i].terminals.size());
    stages_[i].written.resize(compiled.graph().stages()[i].inputs.size());
  }
}

void Run::reset(BatchInfo info, std::vector<std::vector<BlockPtr>> inputs, bool gated,
                bool watched) {
  info_ = std::move(info);
  outputs_.reset(compiled_.settings().max_task_failures);
  watched_ = watched;
  first_start_ns_.store(0, std::memory_order_relaxed);
  inputs_ = std::move(inputs);
  error_ = nullptr;
  failed_.store(false, std::memory_order_relaxed);
  failed_attempts_.store(0, std::memory_order_relaxed);
  if (stop_.stop_requested()) stop_ = std::stop_source();
  unfinished_stages_.store(static_cast<std::uint32_t>(stages_.size()), std::memory_order_relaxed);
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Stage& stage = compiled_.graph().stages()[i];
    const std::uint32_t gate = gated && stage.gated ? 1 : 0;
    // One more than there is to wait for: begin() takes it away.
    stages_[i].waiting_for.store(static_cast<std::uint32_t>(stage.parents.size()) + gate + 1,
                                 std::memory_order_relaxed);
    stages_[i].result.clear();
    if (watched) stages_[i].figures.clear();
  }
}

std::vector<StageInfo> Run::stage_infos() const {
  std::vector<StageInfo> infos;
  for (const Stage& stage : compiled_.graph().stages()) {
    const StageFigures& figures = stages_[stage.id].figures;
    infos.push_back({stage.id, operations_of(stage), figures.tasks.load(),
                     figures.records_in.load(), figures.records_out.load(),
                     figures.failed_attempts.load(), Duration(figures.busy_ns.load()),
                     Duration(figures.longest_ns.load())});
  }
  return infos;
}

void Run::begin(std::vector<std::uint32_t>& ready) {
  for (const Stage& stage : compiled_.graph().stages()) make_ready(stage.id, ready);
}

void Run::open_gate(std::vector<std::uint32_t>& ready) {
  for (const Stage& stage : compiled_.graph().stages()) {
    if (stage.gated) make_ready(stage.id, ready);
  }
}

/// One thing less to wait for.
void Run::make_ready(std::uint32_t stage, std::vector<std::uint32_t>& ready) {
  if (stages_[stage].waiting_for.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (!this->stage(stage).is_driver()) plan_tasks(stage);
  if (watched_ && !failed()) {
    for (const OutputNode* output : this->stage(stage).outputs) {
      observer_.output_started(*this, *output);
    }
  }
  ready.push_back(stage);
}

/// A stage whose tasks cannot be planned fails the run and has none.
void Run::plan_tasks(std::uint32_t id) noexcept {
  StageRun& run = stages_[id];
  run.tasks.clear();
  try {
    const auto inputs = static_cast<std::uint32_t>(stage(id).inputs.size());
    for (std::uint32_t i = 0; i < inputs && !failed(); ++i) plan_input(id, i);
    for (auto& outputs : run.outputs) outputs.assign(run.tasks.size(), nullptr);
  } catch (...) {
    fail(std::current_exception());
    run.tasks.clear();
  }
  const std::uint32_t executors = compiled_.settings().executors;
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    run.tasks[t].executor = static_cast<std::uint32_t>(t * executors / run.tasks.size());
  }
  run.unfinished.store(static_cast<std::uint32_t>(run.tasks.size()), std::memory_order_release);
}

void Run::plan_input(std::uint32_t id, std::uint32_t number) {
  StageRun& run = stages_[id];
  const StageInput& input = stage(id).inputs[number];
  const auto add_blocks = [&](const std::vector<BlockPtr>& blocks) {
    for (const BlockPtr& block : blocks) add_slices(number, *block, run.tasks);
  };
  if (input.kind == StageInput::Kind::exchange) {
    run.written[number].clear();
    for (const TerminalId& from : input.from) run.written[number].push_back(slices(from));
    add_partitions(number, input, run.written[number], run.tasks);
  } else if (input.kind == StageInput::Kind::source) {
    const auto& sources = compiled_.graph().sources();
    const auto source = std::find(sources.begin(), sources.end(), input.source) - sources.begin();
    add_blocks(inputs_[static_cast<std::size_t>(source)]);
    add_blocks(input.source->blocks);
  } else if (input.driver_stage != UINT32_MAX) {
    add_blocks(stages_[input.driver_stage].result);
  } else {
    for (const SliceOutputPtr& output : slices(input.from.front())) {
      if (output) add_slices(number, static_cast<const Block&>(*output), run.tasks);
    }
  }
}

/// Slices are cut by data alone: the same blocks give the same slices, whatever runs them.
void Run::add_slices(std::uint32_t input, const Block& block, std::vector<Task>& tasks) const {
  const std::size_t records = block.size();
  const std::size_t step = compiled_.settings().slice_records;
  if (records == 0 && compiled_.settings().run_empty_tasks) {
    tasks.push_back({input, 0, &block, 0, 0, 0});
  }
  for (std::size_t begin = 0; begin < records; begin += step) {
    tasks.push_back({input, 0, &block, begin, std::min(begin + step, records), 0});
  }
}

void Run::add_partitions(std::uint32_t input, const StageInput& from, const Written& written,
                         std::vector<Task>& tasks) const {
  const Exchange& exchange = *static_cast<const ExchangeNode*>(from.entry)->exchange;
  const std::uint32_t partitions = exchange.partitions(compiled_.settings().exchange);
  for (std::uint32_t p = 0; p < partitions; ++p) {
    const bool wanted =
        compiled_.settings().run_empty_tasks ||
        std::any_of(written.begin(), written.end(), [&](std::span<const SliceOutputPtr> slices) {
          return exchange.wanted(compiled_.settings().exchange, slices, p);
        });
    if (wanted) tasks.push_back({input, p, nullptr, 0, 0, 0});
  }
}

std::span<const SliceOutputPtr> Run::slices(TerminalId id) const {
  return stages_[id.stage].outputs[id.terminal];
}

void Run::note_start() {
  if (first_start_ns_.load(std::memory_order_relaxed) != 0) return;
  std::int64_t none = 0;
  first_start_ns_.compare_exchange_strong(none, compiled_.settings().clock->now().ns());
}

void Run::execute(std::uint32_t stage, std::uint32_t task) noexcept {
  const std::uint32_t attempts = compiled_.settings().max_task_failures;
  const CallbackScope scope(compiled_.settings().context, CallbackScope::Kind::task);
  note_start();
  for (std::uint32_t i = 0; i < attempts && !failed(); ++i) {
    std::unique_ptr<Pipeline> pipeline;
    try {
      pipeline = compiled_.take_pipeline(stage);
      attempt(stage, task, *pipeline,
              {info_.batch_time, task, i, stop_.get_token(), i + 1 == attempts});
      compiled_.put_back(stage, std::move(pipeline));
      return;
    } catch (...) {
      failed_attempts_.fetch_add(1);
      add_figures(stage, [](StageFigures& figures) { ++figures.failed_attempts; });
      if (i + 1 == attempts) {
        fail(task_error(std::current_exception(), pipeline ? pipeline->active_node() : nullptr,
                        {info_.batch_time, task, i, {}, true}, attempts));
      }
      // A failed pipeline is reset rather than trusted to be clean.
      if (pipeline) {
        pipeline->reset();
        compiled_.put_back(stage, std::move(pipeline));
      }
    }
  }
}

void Run::attempt(std::uint32_t stage_id, std::uint32_t task_id, Pipeline& pipeline,
                  const TaskContext& context) {
  StageRun& run = stages_[stage_id];
  const Stage& stage = this->stage(stage_id);
  const Task& task = run.tasks[task_id];
  const Duration start = compiled_.settings().clock->monotonic();
  std::uint64_t records_in = 0;
  pipeline.begin(task.input, context, outputs_);
  if (task.block != nullptr) {
    records_in = pipeline.read_block(task.input, *task.block, task.begin, task.end);
  } else {
    const Written& written = run.written[task.input];
    for (const auto& slices : written) {
      for (const SliceOutputPtr& slice : slices) {
        if (slice) records_in += slice->records(task.partition);
      }
    }
    pipeline.read_exchange(task.input, written, task.partition);
  }
  pipeline.flush(task.input);
  std::uint64_t records_out = 0;
  for (std::uint32_t t = 0; t < stage.terminals.size(); ++t) {
    SliceOutputPtr output = pipeline.take(t);
    const ExchangeNode* exchange = stage.terminals[t].exchange;
    records_out += total_records(
        *output, exchange ? exchange->exchange->partitions(compiled_.settings().exchange) : 1);
    held_bytes_.fetch_add(output->bytes(), std::memory_order_relaxed);
    run.outputs[t][task_id] = std::move(output);
  }
  const std::int64_t busy = (compiled_.settings().clock->monotonic() - start).count();
  add_figures(stage_id,
              [&](StageFigures& figures) { figures.add_task(records_in, records_out, busy); });
}

template <class Add>
void Run::add_figures(std::uint32_t stage, Add add) {
  add(compiled_.figures(stage));
  if (watched_) add(stages_[stage].figures);
}

void Run::execute_driver(std::uint32_t stage, JobRunner& jobs) noexcept {
  if (failed()) return;
  const CallbackScope scope(compiled_.settings().context, CallbackScope::Kind::protocol);
  note_start();
  const std::uint32_t attempts = compiled_.settings().max_task_failures;
  for (std::uint32_t i = 0; i < attempts; ++i) {
    try {
      const Duration start = compiled_.settings().clock->monotonic();
      run_driver(stage, jobs);
      const std::int64_t busy = (compiled_.settings().clock->monotonic() - start).count();
      add_figures(stage, [busy](StageFigures& figures) { figures.add_task(0, 0, busy); });
      return;
    } catch (...) {
      failed_attempts_.fetch_add(1);
      add_figures(stage, [](StageFigures& figures) { ++figures.failed_attempts; });
      // A failed action has had its attempts: its tasks'.
      if (i + 1 < attempts && !is_failed_task(std::current_exception())) continue;
      if (skip_driver(stage, {info_.batch_time, 0, i, {}, true})) return;
      const Stage& failed = this->stage(stage);
      const PlanNode* node = failed.driver_output;
      fail(task_error(std::current_exception(), node != nullptr ? node : failed.transform,
                      {info_.batch_time, 0, i, {}, true}, attempts));
      return;
    }
  }
}

/// In a catch block: whether the stage is an output that is now left out.
bool Run::skip_driver(std::uint32_t stage, const TaskContext& task) {
  const OutputNode* output = this->stage(stage).driver_output;
  if (output == nullptr || output->operation->on_failure != OutputFailure::skip) return false;
  outputs_.skip(*output, std::current_exception(), task);
  return true;
}

void Run::run_driver(std::uint32_t id, JobRunner& jobs) {
  const Stage& stage = this->stage(id);
  if (stage.driver_output != nullptr) {
    BatchInfo info = info_;
    info.processing_start = first_start();
    info.failed_attempts = failed_attempts();
    stage.driver_output->operation->run(jobs, collected(stage.collected.front()), info);
    return;
  }
  std::vector<std::vector<BlockPtr>> parents;
  for (const TerminalId& terminal : stage.collected) parents.push_back(collected(terminal));
  stages_[id].result = stage.transform->function->run(jobs, parents.data(), info_.batch_time);
}

bool Run::finish_task(std::uint32_t stage) {
  return stages_[stage].unfinished.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

bool Run::finish_stage(std::uint32_t stage, std::vector<std::uint32_t>& ready) {
  if (watched_ && !failed()) {
    for (const OutputNode* output : this->stage(stage).outputs) {
      observer_.output_ended(*this, *output);
    }
  }
  for (const std::uint32_t child : this->stage(stage).children) make_ready(child, ready);
  return unfinished_stages_.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

void Run::count_records(BatchInfo& info) const {
  for (std::size_t s = 0; s < inputs_.size() && s < info.sources.size(); ++s) {
    std::uint64_t records = 0;
    for (const BlockPtr& block : inputs_[s]) records += block->records_found();
    info.records += records - info.sources[s].records;
    info.sources[s].records = records;
  }
}

std::vector<BlockPtr> Run::collected(TerminalId id) const {
  std::vector<BlockPtr> blocks;
  for (const SliceOutputPtr& output : slices(id)) {
    if (output) blocks.push_back(std::static_pointer_cast<const Block>(output));
  }
  return blocks;
}

std::vector<BlockPtr> Run::take_collected(TerminalId id) {
  std::vector<BlockPtr> blocks;
  for (SliceOutputPtr& output : stages_[id.stage].outputs[id.terminal]) {
    if (output) blocks.push_back(std::static_pointer_cast<const Block>(std::move(output)));
  }
  return blocks;
}

void Run::fail(std::exception_ptr error) noexcept { mark_failed(std::move(error)).request_stop(); }

std::stop_source Run::mark_failed(std::exception_ptr error) noexcept {
  {
    std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::move(error);
  }
  failed_.store(true, std::memory_order_release);
  return stop_;
}

std::exception_ptr Run::error() const {
  std::lock_guard lock(error_mutex_);
  return error_;
}

void Run::release() {
  held_bytes_.store(0, std::memory_order_relaxed);
  inputs_.clear();
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Stage& stage = compiled_.graph().stages()[i];
    for (std::size_t t = 0; t < stage.terminals.size(); ++t) {
      for (SliceOutputPtr& output : stages_[i].outputs[t]) {
        if (output && stage.terminals[t].exchange != nullptr) {
          stage.terminals[t].side().recycle(std::move(output));
        }
      }
      stages_[i].outputs[t].clear();
    }
    stages_[i].result.clear();
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
