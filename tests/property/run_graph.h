#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "property/random_graph.h"

namespace property {

/// How a graph is run: what its results must not depend on.
struct Variation {
  bool flow_graph = false;
  std::uint32_t executors = 1;
  std::uint32_t slots = 1;
  std::uint32_t batches_in_flight = 1;
  bool overlap = false;  ///< submits all batches before it waits for one
  std::uint32_t attempts = 4;
  int failures = 0;          ///< callables throw so often
  std::uint64_t one_in = 1;  ///< share of the records that may throw
  std::uint64_t fault_seed = 0;
};

/// A random one. `flow_graph`: with executors, else in one thread.
Variation random_variation(Rng& rng, bool flow_graph);
std::string describe(const Variation& variation);

/// Per output what it delivered.
struct Results {
  std::vector<AnySlices> outputs;
  std::string plan;  ///< explain() after the run
  int failures = 0;  ///< that were really thrown
};

/// Runs the engine. Throws what stopped the context.
Results run_engine(const Graph& graph, const Variation& variation);

/// Runs the oracle.
std::vector<AnySlices> run_oracle(const Graph& graph, Mistake mistake = Mistake::none);

/// The first output that differs, and how. Streams whose order the oracle does not know are
/// compared as multisets, and those whose content it
/// does not know not at all, unless `same_order`.
std::optional<std::string> difference(const Graph& graph, const std::vector<AnySlices>& expected,
                                      const std::vector<AnySlices>& got, bool same_order);

}  // namespace property
