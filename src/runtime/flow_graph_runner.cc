#include "runtime/flow_graph_runner.h"

#include "runtime/executor.h"

namespace dstream {
inline namespace v1 {
namespace detail {

DriverThreads::DriverThreads(std::uint32_t threads) {
  for (std::uint32_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

DriverThreads::~DriverThreads() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void DriverThreads::put(std::function<void()> work) {
  // Notified under the lock: once the work is taken, the batch and then this may end.
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  wake_.notify_one();
}

void DriverThreads::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const std::function<void()> next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    next();
    lock.lock();
  }
}

FlowGraphRunner::FlowGraphRunner(CompiledGraph& streaming, const ExecutorSettings& settings,
                                 RunnerHost& host)
    : streaming_(streaming), settings_(settings), host_(host) {}

FlowGraphRunner::~FlowGraphRunner() { stop(); }

void FlowGraphRunner::start() {
  for (std::uint32_t i = 0; i < settings_.executors; ++i) {
    executors_.push_back(std::make_unique<Executor>(
        *this, settings_.slots, settings_.pin ? std::optional(i) : std::nullopt));
  }
  for (const auto& executor : executors_) executor->start();
  if (settings_.driver_threads > 0) {
    drivers_ = std::make_unique<DriverThreads>(settings_.driver_threads);
  }
}

void FlowGraphRunner::stop() {
  // Drivers first: a job that one of them waits for needs the executors.
  drivers_.reset();
  for (const auto& executor : executors_) executor->stop();
  executors_.clear();
}

void FlowGraphRunner::submit(Run& run) {
  std::vector<std::uint32_t> ready;
  run.begin(ready);
  dispatch(run, std::move(ready), UINT32_MAX);
}

void FlowGraphRunner::open_gate(Run& run) {
  std::vector<std::uint32_t> ready;
  run.open_gate(ready);
  dispatch(run, std::move(ready), UINT32_MAX);
}

void FlowGraphRunner::request_poll() { executors_.front()->request_poll(); }

bool FlowGraphRunner::may_block() const { return Executor::current() == nullptr; }

void FlowGraphRunner::call_blocking(std::function<void()> f) { drivers_->put(std::move(f)); }

void FlowGraphRunner::run_driver(Run& run, std::uint32_t stage) {
  run.execute_driver(stage, host_);
  std::vector<std::uint32_t> ready;
  if (run.finish_stage(stage, ready)) return run.complete();
  dispatch(run, std::move(ready), stage);
}

void FlowGraphRunner::dispatch(Run& run, std::vector<std::uint32_t> ready, std::uint32_t from) {
  for (std::size_t next = 0; next < ready.size(); ++next) {
    const std::uint32_t stage = ready[next];
    if (run.stage(stage).is_driver()) {
      drivers_->put([this, &run, stage] { run_driver(run, stage); });
    } else if (!run.tasks(stage).empty()) {
      send(run, stage, from);
    } else if (run.finish_stage(stage, ready)) {
      return run.complete();
    }
  }
}

void FlowGraphRunner::send(Run& run, std::uint32_t stage, std::uint32_t from) {
  Executor* const here = Executor::current();
  const std::vector<Task>& tasks = run.tasks(stage);
  std::vector<std::vector<Token>> away(executors_.size());
  std::vector<Token> own;
  for (std::uint32_t i = 0; i < tasks.size(); ++i) {
    const Token token{&run, stage, i};
    if (executors_[tasks[i].executor].get() == here) {
      own.push_back(token);
    } else {
      away[tasks[i].executor].push_back(token);
    }
  }
  // From here on the run may end at any moment, and `tasks` with it: the tokens are copied.
  for (std::size_t i = 0; i < away.size(); ++i) {
    if (!away[i].empty()) executors_[i]->send(away[i]);
  }
  if (!own.empty()) here->put(own, from);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
