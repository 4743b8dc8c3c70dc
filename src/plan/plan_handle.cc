#include "dstream/detail/plan_handle.h"

#include "dstream/detail/kept.h"
#include "dstream/detail/rdd_actions.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

PlanNodePtr make_narrow(const Origin& origin, std::string_view type, const PlanNodePtr& parent,
                        const StepParts& parts) {
  return make_narrow_node(origin, type, parent, parts.factory, keep(parts.callable, parts.destroy));
}

}  // namespace

StreamHandle::StreamHandle(std::shared_ptr<PlanContext> context, PlanNodePtr node) noexcept
    : context_(std::move(context)), node_(std::move(node)) {}
StreamHandle::StreamHandle(const StreamHandle& other) noexcept = default;
StreamHandle::StreamHandle(StreamHandle&& other) noexcept = default;
StreamHandle& StreamHandle::operator=(const StreamHandle& other) noexcept = default;
StreamHandle& StreamHandle::operator=(StreamHandle&& other) noexcept = default;
StreamHandle::~StreamHandle() = default;

void StreamHandle::check(const Origin& origin) const { context_->check_open(origin); }

StreamHandle StreamHandle::derive_node(const Origin& origin, PlanNodePtr&& node) const {
  check(origin);
  return {context_, std::move(node)};
}

StreamHandle StreamHandle::derive_narrow(const Origin& origin, std::string_view type,
                                         const StepParts& parts) const {
  return derive_node(origin, make_narrow(origin, type, node_, parts));
}

StreamHandle StreamHandle::derive_exchange(const Origin& origin, std::string_view type,
                                           std::shared_ptr<const Exchange>&& exchange) const {
  return derive_node(origin, make_exchange_node(origin, type, node_, std::move(exchange)));
}

StreamHandle StreamHandle::derive_with(const StreamHandle& other, const Origin& origin,
                                       PlanNodePtr&& node) const {
  check_same_context(context_.get(), other.context_.get(), origin);
  return derive_node(origin, std::move(node));
}

void StreamHandle::set_name(const Origin& origin, std::string&& name) const {
  check(origin);
  node_->name = std::move(name);
}

void StreamHandle::set_uid(const Origin& origin, std::string&& uid) const {
  check(origin);
  node_->uid = std::move(uid);
}

RddHandle::RddHandle(std::weak_ptr<JobRunner> jobs, PlanNodePtr node) noexcept
    : jobs_(std::move(jobs)), node_(std::move(node)) {}
RddHandle::RddHandle(JobRunner& jobs, PlanNodePtr node)
    : RddHandle(jobs.handle(), std::move(node)) {}
RddHandle::RddHandle(const RddHandle& other) noexcept = default;
RddHandle::RddHandle(RddHandle&& other) noexcept = default;
RddHandle& RddHandle::operator=(const RddHandle& other) noexcept = default;
RddHandle& RddHandle::operator=(RddHandle&& other) noexcept = default;
RddHandle::~RddHandle() = default;

RddHandle RddHandle::derive_node(const Origin&, PlanNodePtr&& node) const {
  return {jobs_, std::move(node)};
}

RddHandle RddHandle::derive_narrow(const Origin& origin, std::string_view type,
                                   const StepParts& parts) const {
  return {jobs_, make_narrow(origin, type, node_, parts)};
}

RddHandle RddHandle::derive_exchange(const Origin& origin, std::string_view type,
                                     std::shared_ptr<const Exchange>&& exchange) const {
  return {jobs_, make_exchange_node(origin, type, node_, std::move(exchange))};
}

RddHandle RddHandle::derive_with(const RddHandle& other, const Origin& origin,
                                 PlanNodePtr&& node) const {
  check_same_jobs(jobs_, other.jobs_, origin);
  return {jobs_, std::move(node)};
}

RddHandle RddHandle::derive_head(std::string_view type, CollectorFactory collector,
                                 std::size_t limit) const {
  return {jobs_, make_gather_node({"take"}, type, node_, collector, limit, false)};
}

RddHandle RddHandle::derive_kept(const Origin& origin, CollectorFactory collector,
                                 StorageLevel level, const BlockFormat* format) const {
  return {jobs_, make_kept_node(*jobs(), {origin, node_, collector, level, format})};
}

std::shared_ptr<JobRunner> RddHandle::jobs() const { return lock_jobs(jobs_); }

std::vector<BlockPtr> RddHandle::run_plan(CollectorFactory collector) const {
  return jobs()->run_job(node_, collector);
}

RddHandle handle_of_blocks(JobRunner& jobs, std::string_view type, std::vector<BlockPtr>&& blocks,
                           const Origin& origin) {
  return {jobs, make_source_node(origin, type, std::move(blocks))};
}

RddHandle handle_of_provider(JobRunner& jobs, std::string_view type,
                             std::shared_ptr<BlockProvider>&& provider, const Origin& origin) {
  return {jobs, make_source_node(origin, type, std::move(provider))};
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
