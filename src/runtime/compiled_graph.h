#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include <dstream/clock.h>

#include "plan/explain.h"
#include "plan/pipeline.h"
#include "plan/stage_graph.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// How plans are executed; the same for every run of a context.
struct RunSettings {
  ExchangeSettings exchange;
  std::uint32_t slice_records = 64 << 10;
  std::uint32_t max_task_failures = 4;
  std::uint32_t executors = 1;
  bool run_empty_tasks = false;
  Clock* clock = nullptr;
  const void* context = nullptr;  ///< identifies the context for CallbackScope
};

/// Live figures of a stage, added up over all runs; read by explain() at any time.
struct StageFigures {
  std::atomic<std::uint64_t> tasks{0};
  std::atomic<std::uint64_t> records_in{0};
  std::atomic<std::uint64_t> records_out{0};
  std::atomic<std::int64_t> busy_ns{0};     ///< task time, all tasks together
  std::atomic<std::int64_t> longest_ns{0};  ///< the longest task
  std::atomic<std::uint64_t> failed_attempts{0};

  void add_task(std::uint64_t in, std::uint64_t out, std::int64_t ns);
  void clear();
};

/// A stage graph ready to be run: recycled pipelines per stage, and figures. Shared by the runs of
/// a graph; thread-safe.
class CompiledGraph {
 public:
  CompiledGraph(StageGraph graph, const RunSettings& settings);

  const StageGraph& graph() const { return graph_; }
  const RunSettings& settings() const { return settings_; }
  StageFigures& figures(std::uint32_t stage) { return figures_[stage]; }
  /// The figures of all stages as they are now.
  std::vector<StageSummary> summaries() const;

  std::unique_ptr<Pipeline> take_pipeline(std::uint32_t stage);
  void put_back(std::uint32_t stage, std::unique_ptr<Pipeline> pipeline);
  /// Memory of the combine tables of idle pipelines, in bytes.
  std::size_t table_bytes() const;

 private:
  struct Idle {
    mutable std::mutex mutex;                          // leaf; held for a push or pop
    std::vector<std::unique_ptr<Pipeline>> pipelines;  // at most as many as tasks ran at once
  };
  StageGraph graph_;
  RunSettings settings_;
  std::deque<Idle> idle_;
  std::deque<StageFigures> figures_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
