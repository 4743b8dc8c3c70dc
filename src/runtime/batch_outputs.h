#pragma once

#include <exception>
#include <string>
#include <vector>

#include <dstream/batch_info.h>
#include <dstream/clock.h>

#include "runtime/listener_bus.h"
#include "runtime/run.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// What the scheduler does with the outputs of a batch behind its tasks: commits or aborts what is
/// staged, publishes, and tells listeners. Outputs are in order of definition. Members but
/// started() and ended() are called by one thread at a time.
class BatchOutputs {
 public:
  BatchOutputs(CompiledGraph& compiled, ListenerBus& listeners, Clock& clock);

  /// Whether commit() and abort() may wait for files and sockets.
  bool may_wait() const { return !staged_.empty(); }
  /// Makes visible what is staged. Returns the first error that ends the context; the outputs
  /// behind it are committed all the same.
  std::exception_ptr commit(Run& run);
  void abort(Run& run);
  /// Serves the outputs of the publish phase; `info` gets the end and what was left out. Errors as
  /// with commit().
  std::exception_ptr publish(Run& run, BatchInfo& info);
  /// Tells listeners that the batch has failed, and with it the outputs at work.
  void fail(Run& run);

  /// Events of a watched run; any thread.
  void started(Run& run, const OutputNode& output);
  void ended(Run& run, const OutputNode& output);
  /// Appends the outputs to a batch's figures; with what they have done where there is a run.
  void describe(BatchInfo& info, Run* run) const;

 private:
  std::exception_ptr commit_one(Run& run, const OutputNode& output);
  std::exception_ptr publish_one(Run& run, const PublishedOutput& output, const BatchInfo& info);
  std::exception_ptr give_up(Run& run, const OutputNode& output, std::exception_ptr error);
  void post(Run& run, const OutputNode& output, bool ended, std::string failure = {});

  CompiledGraph& compiled_;
  ListenerBus& listeners_;
  Clock& clock_;
  const std::vector<const OutputNode*> outputs_;
  std::vector<const OutputNode*> staged_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
