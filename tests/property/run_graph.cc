#include "property/run_graph.h"

#include <memory>

#include <dstream/testing/batch_driver.h>

namespace property {
namespace {

constexpr std::int64_t kInterval = 1'000'000'000;

/// Whether the engine would run some of the batches as one, if they had to wait: empty ones in a
/// row.
bool joins_batches(const Graph& graph) {
  bool before = false;
  for (const auto& batch : graph.batches) {
    bool empty = true;
    for (std::size_t s = 0; s < batch.size(); ++s) {
      empty = empty && element(graph.nodes[s].type).engine_blocks(batch[s]).empty();
    }
    if (empty && before) return true;
    before = empty;
  }
  return false;
}

/// Builds a graph's plan in a context and drives it.
class EngineRun {
 public:
  EngineRun(const Graph& graph, const Variation& variation)
      : graph_(graph),
        variation_(variation),
        overlap_(variation.overlap && !joins_batches(graph)),
        faults_(variation.fault_seed, variation.one_in, variation.failures),
        context_(options(graph, variation)) {
    build();
  }

  Results run() {
    dstream::testing::BatchDriver driver(context_);
    if (overlap_) {
      for (const auto& batch : graph_.batches) submit(driver, batch);
      driver.drain();
    } else {
      for (const auto& batch : graph_.batches) feed(driver, batch);
    }
    Results results;
    for (const auto& output : outputs_) results.outputs.push_back(output->take());
    results.plan = context_.explain();
    results.failures = faults_.thrown();
    context_.stop();
    return results;
  }

  std::string plan() const { return context_.explain(); }

 private:
  static dstream::Options options(const Graph& graph, const Variation& variation) {
    auto options = dstream::testing::inline_options(
        std::make_shared<dstream::testing::ManualClock>(dstream::Time(kInterval)));
    if (variation.flow_graph) options.execution = dstream::Execution::flow_graph;
    options.batch_interval = dstream::Duration(kInterval);
    options.executors = variation.executors;
    options.slots = variation.slots;
    options.max_batches_in_flight = variation.batches_in_flight;
    options.max_task_failures = variation.attempts;
    options.slice_records = static_cast<std::uint32_t>(graph.settings.slice_records);
    options.default_partitions = graph.settings.default_partitions;
    options.hash_seed = graph.settings.hash_seed;
    return options;
  }

  void build() {
    std::vector<AnyStream> streams;
    for (const Node& node : graph_.nodes) {
      if (node.op == nullptr) {
        sources_.push_back(element(node.type).make_source(context_));
        streams.push_back(sources_.back()->stream());
        continue;
      }
      OpParams params = node.params;
      params.context = &context_;
      if (variation_.failures > 0) params.faults = &faults_;
      streams.push_back(node.op->build(streams[node.a], streams[node.b], params));
    }
    for (const GraphOutput& output : graph_.outputs) {
      const bool may_fail =
          variation_.failures > 0 && (output.kind != OutputKind::for_each || !overlap_);
      outputs_.push_back(
          element(graph_.nodes[output.node].type)
              .make_output(streams[output.node], output.kind, may_fail ? &faults_ : nullptr));
    }
  }

  void submit(dstream::testing::BatchDriver& driver, const std::vector<AnySlices>& batch) {
    std::vector<std::vector<dstream::detail::BlockPtr>> blocks;
    for (std::size_t s = 0; s < batch.size(); ++s) {
      blocks.push_back(element(graph_.nodes[s].type).engine_blocks(batch[s]));
    }
    driver.submit(std::move(blocks));
  }
  void feed(dstream::testing::BatchDriver& driver, const std::vector<AnySlices>& batch) {
    for (std::size_t s = 0; s < batch.size(); ++s) sources_[s]->push(batch[s]);
    driver.run_batch();
    for (const auto& output : outputs_) output->batch_done();
  }

  const Graph& graph_;
  const Variation& variation_;
  const bool overlap_;
  Faults faults_;
  dstream::StreamingContext context_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<std::unique_ptr<Output>> outputs_;
};

}  // namespace

Variation random_variation(Rng& rng, bool flow_graph) {
  Variation v;
  v.flow_graph = flow_graph;
  if (flow_graph) {
    v.executors = rng.between(1, 3);
    v.slots = rng.between(1, 3);
  }
  v.batches_in_flight = rng.between(1, 3);
  v.overlap = rng.one_in(2);
  v.fault_seed = rng.word();
  switch (rng.below(4)) {
    case 0:
      break;
    case 1:
      v.failures = 1;
      break;
    case 2:
      v.failures = 3;
      break;
    default:
      v.failures = 20;
      v.attempts = 21;
      break;
  }
  v.one_in = std::uint64_t{1} << rng.below(7);
  return v;
}

std::string describe(const Variation& v) {
  return std::string(v.flow_graph ? "flow graph" : "one thread") + ", " +
         std::to_string(v.executors) + " executors, " + std::to_string(v.slots) + " slots, " +
         std::to_string(v.batches_in_flight) + " batches in flight, " +
         (v.overlap ? "submitted at once, " : "one after the other, ") +
         std::to_string(v.failures) + " failures, " + std::to_string(v.attempts) + " attempts";
}

Results run_engine(const Graph& graph, const Variation& variation) {
  return EngineRun(graph, variation).run();
}

std::vector<AnySlices> run_oracle(const Graph& graph, Mistake mistake) {
  OracleSettings settings = graph.settings;
  settings.mistake = mistake;
  settings.batch_time_ns = kInterval;
  std::vector<std::vector<AnySlices>> results(graph.nodes.size());  // per node and batch
  for (const auto& batch : graph.batches) {
    settings.batch_time_ns += kInterval;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      results[i].push_back(node.op == nullptr
                               ? element(node.type).cut(batch[i], settings)
                               : node.op->run(results[node.a].back(), results[node.b].back(),
                                              node.params, settings));
    }
  }
  std::vector<AnySlices> delivered;
  for (const GraphOutput& output : graph.outputs) {
    const Element& type = element(graph.nodes[output.node].type);
    delivered.push_back(type.delivered(results[output.node], output.kind));
  }
  return delivered;
}

std::optional<std::string> difference(const Graph& graph, const std::vector<AnySlices>& expected,
                                      const std::vector<AnySlices>& got, bool same_order) {
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    const Node& node = graph.nodes[graph.outputs[i].node];
    if (!same_order && node.known == Known::nothing) continue;
    const auto found = element(node.type).difference(expected[i], got[i],
                                                     same_order || node.known >= Known::order);
    if (found) return "output " + std::to_string(i) + ": " + *found;
  }
  return std::nullopt;
}

}  // namespace property
