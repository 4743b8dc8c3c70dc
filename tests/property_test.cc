#include "support/catch.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <optional>
#include <string>

#include "property/run_graph.h"

// Random graphs of operators over random batches: the engine against a sequential oracle, and
// against itself under other numbers of threads, failures and overlapping batches.
//   DSTREAM_PROPERTY_GRAPHS=n    runs n graphs (2 000; 300 under a sanitizer)
//   DSTREAM_PROPERTY_SEED=s      runs the graph of seed s alone, and shows it

namespace {

using namespace property;

// Fewer where a sanitizer slows every step down.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kGraphs = 300;
#else
constexpr std::uint64_t kGraphs = 2000;
#endif

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
    verdict.problem =
        "an exception: " + std::string(error.what()) + " (with " + describe(variation) + ")";
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

// ---- the test can fail ----

namespace {

// combine_always is looked for by itself, where slices are large enough.
constexpr Mistake kMistakes[] = {
    Mistake::filter_drops_last,    Mistake::fold_backwards,  Mistake::merge_backwards,
    Mistake::ignore_slices,        Mistake::count_one_less,  Mistake::groups_unordered,
    Mistake::join_drops_unmatched, Mistake::group_backwards, Mistake::sort_unstable,
    Mistake::repartition_loses,    Mistake::sort_nan_first,  Mistake::partitioner_ignored};

}  // namespace

TEST_CASE("A mistake in an operator is reported", "[property]") {
  constexpr int kEnough = 4;
  int shown[std::size(kMistakes)] = {};
  const auto all_shown = [&] {
    return std::all_of(std::begin(shown), std::end(shown), [](int n) { return n >= kEnough; });
  };
  for (std::uint64_t seed = 1; seed <= 250 && !all_shown(); ++seed) {
    const Graph graph = random_graph(seed);
    const Results plain = run_engine(graph, Variation());
    for (std::size_t i = 0; i < std::size(kMistakes); ++i) {
      if (shown[i] >= kEnough) continue;
      if (difference(graph, run_oracle(graph, kMistakes[i]), plain.outputs, false)) ++shown[i];
    }
  }
  for (std::size_t i = 0; i < std::size(kMistakes); ++i) {
    INFO("mistake " << static_cast<int>(kMistakes[i]));
    CHECK(shown[i] == kEnough);
  }
}

TEST_CASE("The graphs reach the slices in which combining stops", "[property]") {
  int reached = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    const Graph graph = random_graph(seed);
    if (graph.settings.slice_records <= 16384) continue;
    const auto always = run_oracle(graph, Mistake::combine_always);
    if (difference(graph, run_oracle(graph), always, false)) ++reached;
  }
  CHECK(reached > 0);
}

TEST_CASE("A run whose slices or hashes differ is told from one whose threads differ",
          "[property]") {
  int slices = 0;
  int hashes = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Graph graph = random_graph(seed);
    const Results plain = run_engine(graph, Variation());
    Graph other = graph;
    other.settings.slice_records += 1;
    if (difference(graph, plain.outputs, run_engine(other, Variation()).outputs, true)) ++slices;
    other = graph;
    other.settings.hash_seed += 1;
    if (difference(graph, plain.outputs, run_engine(other, Variation()).outputs, true)) ++hashes;
  }
  CHECK(slices > 3);
  CHECK(hashes > 3);
}

TEST_CASE("Failures reach the last attempt, and one more ends the context", "[property]") {
  Variation variation;
  variation.failures = 3;
  variation.attempts = 4;
  Variation one_more = variation;
  one_more.failures = 4;
  int reached = 0;
  int ended = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Graph graph = random_graph(seed);
    if (run_engine(graph, variation).failures == 3) ++reached;
    try {
      run_engine(graph, one_more);
    } catch (const std::exception&) {
      ++ended;
    }
  }
  CHECK(reached > 10);
  CHECK(ended > 10);
}

TEST_CASE("A seed gives one graph", "[property]") {
  for (const std::uint64_t seed : {1U, 77U, 1234U}) {
    const Graph graph = random_graph(seed);
    const Graph again = random_graph(seed);
    CHECK(describe(graph) == describe(again));
    CHECK_FALSE(difference(graph, run_oracle(graph), run_oracle(again), true));
    CHECK(describe(random_graph(seed + 1)) != describe(graph));
  }
}
