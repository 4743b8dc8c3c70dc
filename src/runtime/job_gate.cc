#include "runtime/job_gate.h"

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

Error stopped_error() {
  return Error(Errc::illegal_state,
               "the context of this Rdd has stopped; run the actions of an Rdd before, and "
               "collect() what is needed afterwards");
}

}  // namespace

void JobGate::open(Runner& runner) {
  const std::lock_guard lock(mutex_);
  runner_ = &runner;
}

void JobGate::close() {
  std::vector<std::stop_source> stops;
  std::unique_lock lock(mutex_);
  closed_ = true;
  for (Run* run : running_) {
    stops.push_back(run->mark_failed(std::make_exception_ptr(stopped_error())));
  }
  lock.unlock();
  for (std::stop_source& stop : stops) stop.request_stop();
  lock.lock();
  empty_.wait(lock, [this] { return running_.empty(); });
}

JobGate::Pass::Pass(JobGate& gate, Run& run) : gate_(gate), run_(run) {
  const std::lock_guard lock(gate_.mutex_);
  if (gate_.closed_) throw stopped_error();
  runner_ = gate_.runner_;
  gate_.running_.push_back(&run_);
}

JobGate::Pass::~Pass() {
  const std::lock_guard lock(gate_.mutex_);
  std::erase(gate_.running_, &run_);
  if (gate_.running_.empty()) gate_.empty_.notify_all();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
