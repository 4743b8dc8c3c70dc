#include "dstream/detail/transform_function.h"

#include <utility>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// A user's function as the body of a node.
class Body final : public TransformNode::Function {
 public:
  Body(Origin origin, std::vector<std::string_view> parents, TransformFunction function)
      : origin_(origin), parents_(std::move(parents)), function_(std::move(function)) {}

  std::vector<BlockPtr> run(JobRunner& jobs, std::vector<BlockPtr>* parents,
                            Time batch_time) const override {
    std::vector<PlanNodePtr> sources;
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      sources.push_back(make_source_node(origin_, parents_[i], std::move(parents[i])));
    }
    const TransformedPlan result =
        function_.call(function_.function.get(), jobs.handle(), sources.data(), batch_time);
    check_same_jobs(jobs.handle(), result.jobs, origin_);
    return jobs.run_job(result.node, function_.collector);
  }

 private:
  const Origin origin_;
  const std::vector<std::string_view> parents_;  // their element types
  const TransformFunction function_;
};

}  // namespace

PlanNodePtr make_transform_node(const Origin& origin,
                                std::initializer_list<const PlanNodePtr*> parents,
                                const TransformParent* types, TransformFunction function) {
  std::vector<PlanNodePtr> nodes;
  std::vector<std::string_view> names;
  std::vector<CollectorFactory> collectors;
  for (const PlanNodePtr* parent : parents) {
    nodes.push_back(*parent);
    names.push_back(types->element_type);
    collectors.push_back((types++)->collector);
  }
  const std::string_view element_type = function.element_type;
  return std::make_shared<TransformNode>(
      origin, element_type, std::move(nodes), std::move(collectors),
      Box<TransformNode::Function>(new Body(origin, std::move(names), std::move(function))));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
