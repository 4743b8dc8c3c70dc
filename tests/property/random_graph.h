#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "property/operator.h"

namespace property {

/// A stream of a graph: a source, or an operator over earlier streams.
struct Node {
  Type type = Type::integer;
  const Operator* op = nullptr;  ///< null for a source
  std::size_t a = 0;             ///< the input; index of a node
  std::size_t b = 0;             ///< the second input, if there is one
  OpParams params;
  Known known = Known::slices;
  std::uint64_t growth = 1;
  std::uint64_t rows = 0;  ///< of a batch, at most
};

struct GraphOutput {
  std::size_t node = 0;
  OutputKind kind = OutputKind::capture;
};

/// A plan, its input, and the settings that its results depend on.
struct Graph {
  std::uint64_t seed = 0;
  std::size_t sources = 1;
  std::vector<Node> nodes;  ///< sources first
  std::vector<GraphOutput> outputs;
  std::vector<std::vector<AnySlices>> batches;  ///< per batch and source, its blocks
  OracleSettings settings;
};

/// The graph of a seed: the same on every machine.
Graph random_graph(std::uint64_t seed);

/// A graph for people, one line per node.
std::string describe(const Graph& graph);

}  // namespace property
