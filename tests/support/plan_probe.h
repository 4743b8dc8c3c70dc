#pragma once

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <dstream/detail/plan_context.h>
#include <dstream/stream.h>
#include <dstream/testing/capturing_sink.h>

#include "plan/stage_graph.h"

/// Plans without a context: what is built on its streams can be cut into stages.
class PlanProbe final : public dstream::detail::PlanContext,
                        public std::enable_shared_from_this<PlanProbe> {
 public:
  static std::shared_ptr<PlanProbe> make() { return std::make_shared<PlanProbe>(); }

  template <class T>
  dstream::DStream<T> source(const char* name,
                             std::source_location where = std::source_location::current()) {
    return {shared_from_this(), std::make_shared<dstream::detail::SourceNode>(
                                    dstream::detail::Origin{name, where}, dstream::type_name<T>(),
                                    std::vector<dstream::detail::BlockPtr>())};
  }
  dstream::detail::StageGraph graph() const { return dstream::detail::StageGraph::build(outputs_); }
  const std::vector<dstream::detail::PlanNodePtr>& outputs() const { return outputs_; }

  void check_open(const dstream::detail::Origin&) const override {}
  void add_input(std::shared_ptr<dstream::detail::SourceNode>) override {}
  void add_output(std::shared_ptr<dstream::detail::OutputNode> output) override {
    outputs_.push_back(std::move(output));
  }
  void keep_batches(const dstream::detail::KeepRequest&) override {}
  std::vector<std::pair<dstream::Time, std::shared_ptr<dstream::detail::BlockProvider>>> slice(
      const dstream::detail::Origin&, const dstream::detail::PlanNodePtr&, dstream::Time,
      dstream::Time) override {
    return {};
  }
  dstream::detail::JobRunner& jobs() override { throw std::logic_error("a probe runs no jobs"); }

 private:
  std::vector<dstream::detail::PlanNodePtr> outputs_;
};
