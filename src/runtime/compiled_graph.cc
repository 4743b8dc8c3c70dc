#include "runtime/compiled_graph.h"

#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

void raise_to(std::atomic<std::int64_t>& maximum, std::int64_t value) {
  std::int64_t seen = maximum.load(std::memory_order_relaxed);
  while (seen < value && !maximum.compare_exchange_weak(seen, value)) {
  }
}

}  // namespace

void StageFigures::add_task(std::uint64_t in, std::uint64_t out, std::int64_t ns) {
  tasks.fetch_add(1, std::memory_order_relaxed);
  records_in.fetch_add(in, std::memory_order_relaxed);
  records_out.fetch_add(out, std::memory_order_relaxed);
  busy_ns.fetch_add(ns, std::memory_order_relaxed);
  raise_to(longest_ns, ns);
}

void StageFigures::clear() {
  tasks = 0;
  records_in = 0;
  records_out = 0;
  busy_ns = 0;
  longest_ns = 0;
  failed_attempts = 0;
}

CompiledGraph::CompiledGraph(StageGraph graph, const RunSettings& settings)
    : graph_(std::move(graph)),
      settings_(settings),
      idle_(graph_.stages().size()),
      figures_(graph_.stages().size()) {}

std::unique_ptr<Pipeline> CompiledGraph::take_pipeline(std::uint32_t stage) {
  {
    Idle& idle = idle_[stage];
    std::lock_guard lock(idle.mutex);
    if (!idle.pipelines.empty()) {
      auto pipeline = std::move(idle.pipelines.back());
      idle.pipelines.pop_back();
      return pipeline;
    }
  }
  return std::make_unique<Pipeline>(graph_.stages()[stage], settings_.exchange);
}

void CompiledGraph::put_back(std::uint32_t stage, std::unique_ptr<Pipeline> pipeline) {
  Idle& idle = idle_[stage];
  std::lock_guard lock(idle.mutex);
  idle.pipelines.push_back(std::move(pipeline));
}

std::size_t CompiledGraph::table_bytes() const {
  std::size_t total = 0;
  for (const Idle& idle : idle_) {
    std::lock_guard lock(idle.mutex);
    for (const auto& pipeline : idle.pipelines) total += pipeline->table_bytes();
  }
  return total;
}

std::vector<StageSummary> CompiledGraph::summaries() const {
  std::vector<StageSummary> all;
  for (const StageFigures& figures : figures_) {
    all.push_back({figures.tasks.load(), figures.records_in.load(), figures.records_out.load(),
                   static_cast<double>(figures.busy_ns.load()) / 1e6,
                   static_cast<double>(figures.longest_ns.load()) / 1e6,
                   figures.failed_attempts.load()});
  }
  return all;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
