#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <dstream/detail/plan_node.h>
#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What the fluent interface needs of its context.
class DSTREAM_EXPORT PlanContext {
 public:
  virtual ~PlanContext();
  /// Throws Errc::illegal_state once the context has started: plans do not change while they run.
  virtual void check_open(const Origin& origin) const = 0;
  virtual void add_input(std::shared_ptr<SourceNode> source) = 0;
  virtual void add_output(std::shared_ptr<OutputNode> output) = 0;
  /// Keeps the batches of request.node for the time that the context remembers. Throws
  /// Errc::invalid_argument where the node is kept with another level.
  virtual void keep_batches(const KeepRequest& request) = 0;
  /// The kept batches of `node` whose times are in [from, until], both rounded down to the batch
  /// interval; oldest first. Throws Errc::illegal_state where there are none to be had.
  virtual std::vector<std::pair<Time, std::shared_ptr<BlockProvider>>> slice(
      const Origin& origin, const PlanNodePtr& node, Time from, Time until) = 0;
  virtual JobRunner& jobs() = 0;
};

/// Adds an output to a context; `uid` is the output's identity across restarts, empty without one.
DSTREAM_EXPORT void add_output(PlanContext& context, const Origin& origin,
                               std::string_view element_type, PlanNodePtr parent,
                               std::shared_ptr<OutputOperation> operation,
                               CollectorFactory collector, OutputOptions options, std::string uid);

/// Throws Errc::invalid_argument unless a and b are the same context.
DSTREAM_EXPORT void check_same_context(const PlanContext* a, const PlanContext* b,
                                       const Origin& origin);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
