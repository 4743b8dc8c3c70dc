#include "runtime/context_impl.h"

#include <utility>

#include <fmt/format.h>

#include "dstream/error.h"
#include "plan/explain.h"
#include "runtime/callback_scope.h"

namespace dstream {
inline namespace v1 {
namespace detail {

// The life of a context: start, run to the end, stop, fail.

void ContextImpl::start() { start(Batches::by_trigger); }

void ContextImpl::start(Batches batches) {
  if (CallbackScope::inside(this)) return;  // it is running, or it is ending
  std::lock_guard life(life_mutex_);
  if (state() == ContextState::active) return;
  if (state() == ContextState::stopped) {
    throw Error(Errc::illegal_state, "a stopped context cannot be started again; make a new one");
  }
  check_plan();
  for (const PlanNodePtr& output : outputs_) {
    auto& node = static_cast<OutputNode&>(*output);
    node.operation->open({options_, node});
  }
  build();
  {
    std::lock_guard lock(mutex_);
    state_ = ContextState::active;
  }
  try {
    listeners_.start();
    const Time now = options_.clock->now();
    listeners_.post([now](StreamingListener& l) { l.on_streaming_started(now); });
    runner_->start();
    // The inline form has no threads: a job runs on the one that asks for it, as before the start.
    if (options_.execution != Execution::inline_run) jobs_gate_.open(*runner_);
    for (const SourceNode* node : compiled_->graph().sources()) node->source->start(*this);
    generator_->start(batches == Batches::by_trigger);
  } catch (...) {
    shut_down(StopMode::immediate);
    throw;
  }
  if (wants_arrivals() && batches == Batches::by_trigger) runner_->request_poll();
}

void ContextImpl::check_ends() const {
  for (const auto& input : inputs_) {
    if (input->source->end() != SourceEnd::never) continue;
    throw Error(Errc::invalid_argument,
                fmt::format("run_to_end() needs inputs that end, but {} never does; give it a "
                            "limit or another source, or use start() and stop()",
                            plan_label(*input)),
                {"run_to_end", input->origin.where, {}, {}});
  }
}

/// Of the input that has most to give.
SourceEnd ContextImpl::nearest_end() const {
  SourceEnd nearest = SourceEnd::reached;
  for (const auto& input : inputs_) {
    const SourceEnd end = input->source->end();
    if (end == SourceEnd::ahead) return end;
    if (end == SourceEnd::open) nearest = end;
  }
  return nearest;
}

void ContextImpl::await_input() {
  std::unique_lock lock(mutex_);
  if (state_ != ContextState::active || error_) return;
  options_.clock->wait_until(lock, changed_, options_.clock->now() + options_.batch_interval);
}

void ContextImpl::run_to_end() {
  refuse_inside_callback("run_to_end()");
  check_ends();
  start(Batches::by_hand);
  generator_->stop();
  while (state() == ContextState::active) {
    const SourceEnd end = nearest_end();
    if (end == SourceEnd::reached) break;
    if (end == SourceEnd::open) {
      await_input();
      continue;
    }
    scheduler_->await_room();
    if (scheduler_->halted()) break;
    const Duration interval = options_.batch_interval;
    generator_->run_until(generator_->last().floor(interval) + interval);
  }
  stop(StopMode::graceful);
  if (error_) std::rethrow_exception(error_);
}

void ContextImpl::refuse_inside_callback(const char* call) const {
  if (!CallbackScope::inside(this)) return;
  throw Error(Errc::illegal_state,
              fmt::format("{} may not be called from inside a task, an output or a listener of the "
                          "same context: it would wait for itself; signal another thread instead",
                          call));
}

void ContextImpl::stop(StopMode mode) {
  refuse_inside_callback("stop()");
  if (mode == StopMode::immediate) interrupt();
  {
    std::lock_guard life(life_mutex_);
    shut_down(mode);
  }
  join_reaper();
}

/// Ends a graceful stop that another thread waits in, perhaps for a host that reads no channel.
void ContextImpl::interrupt() {
  JobScheduler* scheduler;
  {
    std::lock_guard lock(mutex_);
    if (state_ != ContextState::active || shut_down_) return;
    scheduler = scheduler_.get();
  }
  scheduler->begin_halt();
  jobs_gate_.close();
  scheduler->halt();
}

void ContextImpl::abandon() noexcept {
  const auto end = [self = shared_from_this()] {
    self->stop(StopMode::immediate);
    self->drop_plan();
  };
  if (!CallbackScope::inside(this)) return end();
  std::thread(end).detach();
}

/// A function in the plan may hold a stream, and with it this: nothing else would break the circle.
void ContextImpl::drop_plan() {
  generator_.reset();
  scheduler_.reset();
  runner_.reset();
  compiled_.reset();
  KeptStreams kept;
  {
    std::lock_guard lock(mutex_);
    std::swap(kept, kept_);
  }
  outputs_.clear();
  inputs_.clear();
}

/// The order matters: nothing new comes in, what is in goes through, then the threads end.
void ContextImpl::shut_down(StopMode mode) {
  bool started;
  {
    std::lock_guard lock(mutex_);
    if (shut_down_) return;
    started = state_ == ContextState::active;
    if (error_) mode = StopMode::immediate;
  }
  if (started) generator_->stop();
  for (const auto& input : inputs_) input->source->stop();
  if (started) {
    if (mode == StopMode::graceful) {
      generator_->finish();
      scheduler_->drain();
    }
    scheduler_->begin_halt();
    jobs_gate_.close();
    scheduler_->halt();
    generator_->close();
    runner_->stop();
  }
  for (const auto& input : inputs_) input->source->close();
  jobs_gate_.close();
  kept_.close();
  cache_->close();
  for (const PlanNodePtr& output : outputs_) {
    static_cast<OutputNode&>(*output).operation->close();
  }
  listeners_.stop();
  std::lock_guard lock(mutex_);
  state_ = ContextState::stopped;
  shut_down_ = true;
  changed_.notify_all();
}

void ContextImpl::fail(std::exception_ptr error) {
  std::lock_guard lock(mutex_);
  if (error_ || shut_down_) return;
  error_ = std::move(error);
  changed_.notify_all();
  // Inline contexts start no thread; who runs their batches ends them.
  if (options_.execution != Execution::inline_run) end_in_background();
}

/// Whoever reports an error is waited for by shut_down(), so another thread has to do it: inputs
/// refuse further data and channels close even if nobody awaits the end.
void ContextImpl::end_in_background() {
  reaper_ = std::thread([this] {
    interrupt();
    std::lock_guard life(life_mutex_);
    shut_down(StopMode::immediate);
  });
}

void ContextImpl::join_reaper() {
  std::thread reaper;
  {
    std::lock_guard lock(mutex_);
    reaper.swap(reaper_);
  }
  if (reaper.joinable()) reaper.join();
}

bool ContextImpl::await(std::optional<Duration> timeout) {
  refuse_inside_callback("await_termination()");
  const Time deadline = timeout ? options_.clock->now() + *timeout : Time(INT64_MAX);
  std::unique_lock lock(mutex_);
  while (state_ != ContextState::stopped && !error_) {
    if (timeout && options_.clock->now() >= deadline) return false;
    options_.clock->wait_until(lock, changed_, deadline);
  }
  if (!error_) return true;
  lock.unlock();
  stop(StopMode::immediate);
  std::rethrow_exception(error_);
}

ContextState ContextImpl::state() const {
  std::lock_guard lock(mutex_);
  return error_ ? ContextState::stopped : state_;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
