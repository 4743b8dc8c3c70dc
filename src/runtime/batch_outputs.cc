#include "runtime/batch_outputs.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "runtime/task_error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

std::string_view file_name(const char* path) {
  const std::string_view whole(path);
  return whole.substr(whole.rfind('/') + 1);
}

OutputOperationInfo describe_output(const OutputNode& output, Time batch_time) {
  OutputOperationInfo info;
  info.batch_time = batch_time;
  info.id = output.id;
  info.name = output.name.empty() ? output.origin.operation : output.name;
  info.description =
      fmt::format("{} at {}:{}", output.origin.operation,
                  file_name(output.origin.where.file_name()), output.origin.where.line());
  info.failed_aborts = output.operation->failed_aborts();
  return info;
}

}  // namespace

BatchOutputs::BatchOutputs(CompiledGraph& compiled, ListenerBus& listeners, Clock& clock)
    : compiled_(compiled),
      listeners_(listeners),
      clock_(clock),
      outputs_(compiled.graph().outputs()) {
  for (const OutputNode* output : outputs_) {
    if (output->operation->phase == OutputPhase::staged) staged_.push_back(output);
  }
}

void BatchOutputs::abort(Run& run) {
  for (const OutputNode* output : staged_) output->operation->abort(run.info().batch_time);
}

std::exception_ptr BatchOutputs::commit(Run& run) {
  std::exception_ptr first_error;
  for (const OutputNode* output : staged_) {
    std::exception_ptr error;
    if (run.outputs().skipped(*output)) {
      output->operation->abort(run.info().batch_time);
    } else {
      error = commit_one(run, *output);
    }
    if (run.watched()) {
      run.outputs().end(*output, clock_.now());
      post(run, *output, true, error ? what_of(error) : std::string());
    }
    if (!first_error) first_error = error;
  }
  return first_error;
}

/// Leaves an output out that could not do its part behind the COMMIT, or returns the error where it
/// may not be left out.
std::exception_ptr BatchOutputs::give_up(Run& run, const OutputNode& output,
                                         std::exception_ptr error) {
  if (output.operation->on_failure != OutputFailure::skip) return error;
  output.operation->abort(run.info().batch_time);
  run.outputs().skip(output, what_of(error));
  return nullptr;
}

std::exception_ptr BatchOutputs::commit_one(Run& run, const OutputNode& output) {
  OutputOperation& operation = *output.operation;
  const Time batch_time = run.info().batch_time;
  const std::uint32_t attempts = compiled_.settings().max_task_failures;
  std::exception_ptr error;
  for (std::uint32_t i = 0; i < attempts; ++i) {
    try {
      operation.commit(batch_time);
      return nullptr;
    } catch (...) {
      error = commit_error(std::current_exception(), output, batch_time, attempts);
    }
  }
  return give_up(run, output, std::move(error));
}

std::exception_ptr BatchOutputs::publish(Run& run, BatchInfo& info) {
  info.processing_end = clock_.now();
  info.skipped_outputs = run.outputs().skipped_outputs();
  std::exception_ptr first_error;
  for (const PublishedOutput& output : compiled_.graph().published()) {
    if (run.watched()) started(run, *output.node);
    const std::exception_ptr error = publish_one(run, output, info);
    if (run.watched()) {
      run.outputs().end(*output.node, clock_.now());
      post(run, *output.node, true, error ? what_of(error) : std::string());
    }
    if (!first_error) first_error = error;
  }
  info.skipped_outputs = run.outputs().skipped_outputs();
  return first_error;
}

/// Once: what the output has taken is not there a second time.
std::exception_ptr BatchOutputs::publish_one(Run& run, const PublishedOutput& output,
                                             const BatchInfo& info) {
  try {
    output.node->operation->publish(
        output.is_last ? run.take_collected(output.from) : run.collected(output.from), info);
    return nullptr;
  } catch (...) {
    return give_up(run, *output.node,
                   publish_error(std::current_exception(), *output.node, info.batch_time));
  }
}

void BatchOutputs::started(Run& run, const OutputNode& output) {
  run.outputs().start(output, clock_.now());
  post(run, output, false);
}

void BatchOutputs::ended(Run& run, const OutputNode& output) {
  if (output.operation->phase == OutputPhase::staged) return;  // it ends with its commit
  run.outputs().end(output, clock_.now());
  post(run, output, true);
}

void BatchOutputs::post(Run& run, const OutputNode& output, bool ended, std::string failure) {
  OutputOperationInfo info = describe_output(output, run.info().batch_time);
  run.outputs().describe(output, info);
  if (!failure.empty()) info.failure_reason = std::move(failure);
  if (ended) {
    listeners_.post([info](StreamingListener& l) { l.on_output_operation_completed(info); });
  } else {
    listeners_.post([info](StreamingListener& l) { l.on_output_operation_started(info); });
  }
}

void BatchOutputs::describe(BatchInfo& info, Run* run) const {
  for (const OutputNode* output : outputs_) {
    info.outputs.push_back(describe_output(*output, info.batch_time));
    if (run != nullptr) run->outputs().describe(*output, info.outputs.back());
  }
}

void BatchOutputs::fail(Run& run) {
  const std::string reason = what_of(run.error());
  for (const OutputNode* output : outputs_) {
    if (!run.outputs().running(*output)) continue;
    run.outputs().end(*output, clock_.now());
    post(run, *output, true, reason);
  }
  BatchInfo info = run.info();
  info.failed_attempts = run.failed_attempts();
  describe(info, &run);
  info.stages = run.stage_infos();
  const std::string message = reason + "; await_termination() throws this error";
  listeners_.post([info, message](StreamingListener& l) { l.on_batch_failed(info, message); });
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
