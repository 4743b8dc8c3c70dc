#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <dstream/clock.h>
#include <dstream/options.h>

#include "plan/stage_graph.h"
#include "runtime/job_scheduler.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Decides which ticks a batch covers: cuts the sources at the batch's end and hands what they had
/// to the scheduler. With Trigger::interval a thread of its own follows the clock; with
/// Trigger::arrival poll() is called when data may be there; with Trigger::manual run_until().
class JobGenerator {
 public:
  JobGenerator(std::vector<std::shared_ptr<InputSource>> sources, Clock& clock,
               JobScheduler& scheduler, Trigger trigger, Duration interval, const void* context);
  ~JobGenerator();

  /// The batch before the first one ends now. Without `by_trigger` batches are made by run_until()
  /// and finish() alone.
  void start(bool by_trigger = true);
  /// Ends the thread; no batch is made afterwards but by run_until() and finish().
  void stop();

  /// Trigger::arrival: starts a batch if there is room and data. When there is none, the sources
  /// tell the host about the next arrival.
  void poll();

  /// Makes one batch that covers everything up to `until`.
  void run_until(Time until);
  /// Makes batches until the sources have nothing left, or one cannot be cut; every batch made is
  /// with the scheduler then.
  void finish();

  /// No batch is made any more, by whatever thread; waits for one that is being made.
  void close();

  /// End of the last batch made.
  Time last() const;
  void set_tunables(const Tunables& tunables);
  /// What an exception in a source's cut() is told to.
  void on_error(std::function<void(std::exception_ptr)> handler) { error_ = std::move(handler); }

 private:
  void follow_clock();
  bool generate(Time until);
  bool any_data() const;
  Time next_tick(Time now) const;

  const std::vector<std::shared_ptr<InputSource>> sources_;
  Clock& clock_;
  JobScheduler& scheduler_;
  const Trigger trigger_;
  const Duration tick_;
  const void* const context_;  // identifies the context for CallbackScope
  std::function<void(std::exception_ptr)> error_;

  std::mutex generate_mutex_;  // one batch at a time; held from the cut to the scheduler
  bool closed_ = false;        // guarded by generate_mutex_
  mutable std::mutex mutex_;   // guards all below; leaf
  std::condition_variable wake_;
  Time last_;
  std::size_t max_queued_ = 64;
  bool stopping_ = false;
  bool polling_ = false;
  bool poll_again_ = false;
  std::thread thread_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
