#include "support/catch.h"

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include "property/run_graph.h"

// Random graphs of operators over random batches: the engine against a sequential oracle, and
// against itself under other numbers of threads, failures and overlapping batches.
//   DSTREAM_PROPERTY_GRAPHS=n    runs n graphs (2 000)
//   DSTREAM_PROPERTY_SEED=s      runs the graph of seed s alone, and shows it

namespace {

using namespace property;

constexpr std::uint64_t kGraphs = 2000;

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::strtoull(text, nullptr, 0);
}

struct Verdict {
  std::optional<std::string> problem;
  std::string plan;
  int failures = 0;
};

/// Every fourth graph runs on executors.
Variation variation_of(std::uint64_t seed) {
  Rng rng(seed ^ 0x5eed);
  return random_variation(rng, seed % 4 == 0);
}

Verdict check_graph(std::uint64_t seed) {
  Verdict verdict;
  const Graph graph = random_graph(seed);
  const Variation variation = variation_of(seed);
  try {
    const Results plain = run_engine(graph, Variation());
    verdict.plan = plain.plan;
    verdict.problem = difference(graph, run_oracle(graph), plain.outputs, false);
    if (verdict.problem) return verdict;
    const Results varied = run_engine(graph, variation);
    verdict.failures = varied.failures;
    verdict.problem = difference(graph, plain.outputs, varied.outputs, true);
    if (verdict.problem) *verdict.problem += " (with " + describe(variation) + ")";
  } catch (const std::exception& error) {
    verdict.problem = "an exception: " + std::string(error.what()) + " (with " +
                      describe(variation) + ")";
  }
  return verdict;
}

std::string report(std::uint64_t seed, const Verdict& verdict) {
  return *verdict.problem + "\nReplay with DSTREAM_PROPERTY_SEED=" + std::to_string(seed) + "\n" +
         describe(random_graph(seed));
}

}  // namespace

TEST_CASE("Random graphs give what the oracle says, the same bit for bit however they are run",
          "[property]") {
  if (const auto seed = number_from("DSTREAM_PROPERTY_SEED")) {
    const Verdict verdict = check_graph(*seed);
    WARN(describe(random_graph(*seed)) << describe(variation_of(*seed)) << "\n" << verdict.plan);
    INFO(verdict.problem.value_or(""));
    REQUIRE_FALSE(verdict.problem);
    return;
  }
  const std::uint64_t graphs = number_from("DSTREAM_PROPERTY_GRAPHS").value_or(kGraphs);
  int failures = 0;
  for (std::uint64_t seed = 1; seed <= graphs; ++seed) {
    const Verdict verdict = check_graph(seed);
    failures += verdict.failures;
    if (verdict.problem) FAIL(report(seed, verdict));
  }
  // Tasks that fail are a part of what is tested.
  if (graphs >= 20) CHECK(failures > 0);
}
