#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/detail/plan_context.h>
#include <dstream/detail/plan_node.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// What a DStream and an Rdd are apart from the type of their records. All members are compiled in the
// library, so that an operator costs its user a call.

/// How a narrow node makes its steps: the factory, and the callable, which it takes over.
struct StepParts {
  NarrowNode::StepFactory factory;
  const void* callable;
  void (*destroy)(const void* callable);
};

/// A stream of a context's plan.
class DSTREAM_EXPORT StreamHandle {
 public:
  StreamHandle(std::shared_ptr<PlanContext> context, PlanNodePtr node) noexcept;
  StreamHandle(const StreamHandle& other) noexcept;
  StreamHandle(StreamHandle&& other) noexcept;
  StreamHandle& operator=(const StreamHandle& other) noexcept;
  StreamHandle& operator=(StreamHandle&& other) noexcept;
  ~StreamHandle();

  const PlanNodePtr& node() const { return node_; }
  const std::shared_ptr<PlanContext>& context() const { return context_; }
  /// Throws Error{Errc::illegal_state} once the context has started.
  void check(const Origin& origin) const;

  // All check().
  StreamHandle derive_node(const Origin& origin, PlanNodePtr&& node) const;
  StreamHandle derive_narrow(const Origin& origin, std::string_view type,
                             const StepParts& parts) const;
  StreamHandle derive_exchange(const Origin& origin, std::string_view type,
                               std::shared_ptr<const Exchange>&& exchange) const;
  /// Throws Error{Errc::invalid_argument} where `other` is of another context.
  StreamHandle derive_with(const StreamHandle& other, const Origin& origin,
                           PlanNodePtr&& node) const;
  void set_name(const Origin& origin, std::string&& name) const;
  void set_uid(const Origin& origin, std::string&& uid) const;

 private:
  std::shared_ptr<PlanContext> context_;
  PlanNodePtr node_;
};

/// A data set, as StreamHandle.
class DSTREAM_EXPORT RddHandle {
 public:
  RddHandle(std::weak_ptr<JobRunner> jobs, PlanNodePtr node) noexcept;
  RddHandle(JobRunner& jobs, PlanNodePtr node);
  RddHandle(const RddHandle& other) noexcept;
  RddHandle(RddHandle&& other) noexcept;
  RddHandle& operator=(const RddHandle& other) noexcept;
  RddHandle& operator=(RddHandle&& other) noexcept;
  ~RddHandle();

  const PlanNodePtr& node() const { return node_; }
  const std::weak_ptr<JobRunner>& handle() const { return jobs_; }
  void check(const Origin&) const {}

  RddHandle derive_node(const Origin& origin, PlanNodePtr&& node) const;
  RddHandle derive_narrow(const Origin& origin, std::string_view type,
                          const StepParts& parts) const;
  RddHandle derive_exchange(const Origin& origin, std::string_view type,
                            std::shared_ptr<const Exchange>&& exchange) const;
  RddHandle derive_with(const RddHandle& other, const Origin& origin, PlanNodePtr&& node) const;
  /// The first `limit` records of each slice, in one partition.
  RddHandle derive_head(std::string_view type, CollectorFactory collector, std::size_t limit) const;
  RddHandle derive_kept(const Origin& origin, CollectorFactory collector, StorageLevel level,
                        const BlockFormat* format) const;

  /// Throws Error{Errc::illegal_state} where the context is gone.
  std::shared_ptr<JobRunner> jobs() const;
  /// Runs the plan.
  std::vector<BlockPtr> run_plan(CollectorFactory collector) const;

 private:
  std::weak_ptr<JobRunner> jobs_;
  PlanNodePtr node_;
};

/// The data set of blocks that collectors have made.
DSTREAM_EXPORT RddHandle handle_of_blocks(JobRunner& jobs, std::string_view type,
                                          std::vector<BlockPtr>&& blocks, const Origin& origin);
DSTREAM_EXPORT RddHandle handle_of_provider(JobRunner& jobs, std::string_view type,
                                            std::shared_ptr<BlockProvider>&& provider,
                                            const Origin& origin);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
