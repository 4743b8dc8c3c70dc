#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/plan_probe.h"

using namespace dstream;
using detail::Stage;
using detail::StageGraph;
using detail::StageInput;

namespace {

const auto kIdentity = [](const auto& x) { return x; };
const auto kPlus = [](auto a, auto b) { return a + b; };
const auto kPair = [](int x) { return std::pair(x % 3, x); };

bool holds(const std::vector<std::uint32_t>& ids, std::uint32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// How many stages can be run one after the other, each behind its parents.
std::size_t runnable(const StageGraph& graph) {
  std::set<std::uint32_t> done;
  for (bool more = true; more;) {
    more = false;
    for (const Stage& stage : graph.stages()) {
      const bool ready =
          std::all_of(stage.parents.begin(), stage.parents.end(),
                      [&done](std::uint32_t parent) { return done.contains(parent); });
      if (ready && done.insert(stage.id).second) more = true;
    }
  }
  return done.size();
}

/// What every graph must be: free of cycles, both ends of an edge agree, and nothing is read that
/// nobody writes.
void check_sound(const StageGraph& graph) {
  CHECK(runnable(graph) == graph.stages().size());
  std::set<const detail::PlanNode*> placed;
  for (const Stage& stage : graph.stages()) {
    INFO("stage " << stage.id);
    for (const std::uint32_t parent : stage.parents) {
      CHECK(holds(graph.stages()[parent].children, stage.id));
    }
    for (const std::uint32_t child : stage.children) {
      REQUIRE(child < graph.stages().size());
      CHECK(holds(graph.stages()[child].parents, stage.id));
    }
    for (const StageInput& input : stage.inputs) {
      if (input.kind == StageInput::Kind::source) continue;
      if (input.driver_stage != UINT32_MAX) CHECK(holds(stage.parents, input.driver_stage));
      for (const detail::TerminalId& from : input.from) {
        CHECK(holds(stage.parents, from.stage));
        REQUIRE(from.terminal < graph.stages()[from.stage].terminals.size());
      }
    }
    for (const auto* node : stage.nodes) CHECK(placed.insert(node).second);
    CHECK((stage.is_driver() || !stage.inputs.empty()));
  }
}

}  // namespace

TEST_CASE("a chain of narrow operators is one stage", "[plan]") {
  auto plan = PlanProbe::make();
  testing::capture(
      plan->source<int>("s").map(kIdentity).filter([](int) { return true; }).map(kIdentity));
  const StageGraph graph = plan->graph();
  check_sound(graph);
  REQUIRE(graph.stages().size() == 1);
  CHECK(graph.stages()[0].terminals.size() == 1);
  CHECK(graph.stages()[0].inputs.size() == 1);
  CHECK_FALSE(graph.stages()[0].gated);
  CHECK(graph.published().size() == 1);
  CHECK(graph.sources().size() == 1);
}

TEST_CASE("every shuffle begins a stage", "[plan]") {
  auto plan = PlanProbe::make();
  testing::capture(plan->source<int>("s")
                       .map(kPair)
                       .reduce_by_key(kPlus)
                       .map(kIdentity)
                       .reduce_by_key(kPlus)
                       .count());
  const StageGraph graph = plan->graph();
  check_sound(graph);
  CHECK(graph.stages().size() == 4);
}

TEST_CASE("two narrow consumers are a tee inside the stage", "[plan]") {
  auto plan = PlanProbe::make();
  auto shared = plan->source<int>("s").map(kIdentity);
  testing::capture(shared.map(kIdentity));
  testing::capture(shared.filter([](int) { return true; }));
  testing::capture(shared);
  const StageGraph graph = plan->graph();
  check_sound(graph);
  REQUIRE(graph.stages().size() == 1);
  CHECK(graph.stages()[0].nodes.size() == 4);
  CHECK(graph.stages()[0].terminals.size() == 3);
}

TEST_CASE("a diamond is one stage", "[plan]") {
  auto plan = PlanProbe::make();
  auto top = plan->source<int>("s").map(kIdentity);
  testing::capture(top.map(kIdentity).union_with(top.map(kIdentity)).map(kIdentity));
  const StageGraph graph = plan->graph();
  check_sound(graph);
  CHECK(graph.stages().size() == 1);
  CHECK(graph.stages()[0].inputs.size() == 1);
}

TEST_CASE("two sources meet in one stage", "[plan]") {
  auto plan = PlanProbe::make();
  testing::capture(plan->source<int>("a").map(kIdentity).union_with(plan->source<int>("b")));
  const StageGraph graph = plan->graph();
  check_sound(graph);
  CHECK(graph.stages().size() == 1);
  CHECK(graph.stages()[0].inputs.size() == 2);
  CHECK(graph.sources().size() == 2);
}

TEST_CASE("a union with a shallower stream makes no cycle", "[plan]") {
  auto plan = PlanProbe::make();
  auto pairs = plan->source<int>("s").map(kPair);
  auto reduced = pairs.reduce_by_key(kPlus);
  SECTION("deep first") { testing::capture(reduced.union_with(pairs)); }
  SECTION("shallow first") { testing::capture(pairs.union_with(reduced)); }
  const StageGraph graph = plan->graph();
  check_sound(graph);
  REQUIRE(graph.stages().size() == 2);
  // The pairs are shuffled and kept: the second stage reads both.
  CHECK(graph.stages()[0].terminals.size() == 2);
  CHECK(graph.stages()[1].inputs.size() == 2);
}

TEST_CASE("a stream that only feeds a deeper union joins its stage", "[plan]") {
  auto plan = PlanProbe::make();
  auto reduced = plan->source<int>("a").map(kPair).reduce_by_key(kPlus);
  testing::capture(reduced.union_with(plan->source<int>("b").map(kPair)));
  const StageGraph graph = plan->graph();
  check_sound(graph);
  REQUIRE(graph.stages().size() == 2);
  CHECK(graph.stages()[1].inputs.size() == 2);
  CHECK(graph.stages()[0].terminals.size() == 1);
}

TEST_CASE("unions across several depths stay in order", "[plan]") {
  auto plan = PlanProbe::make();
  auto zero = plan->source<int>("s").map(kPair);
  auto one = zero.reduce_by_key(kPlus);
  auto two = one.map(kIdentity).reduce_by_key(kPlus);
  auto mixed = zero.union_with(two).union_with(one);
  testing::capture(mixed.reduce_by_key(kPlus).union_with(zero));
  testing::capture(zero.union_with(zero));
  one.print();
  const StageGraph graph = plan->graph();
  check_sound(graph);
}

TEST_CASE("outputs before COMMIT wait for their turn", "[plan]") {
  auto plan = PlanProbe::make();
  auto s = plan->source<int>("s").map(kIdentity);
  s.for_each([](int) {});
  s.for_each([](int) {}, {.parallel = true});
  s.foreach_rdd([](Rdd<int>) {});
  const StageGraph graph = plan->graph();
  check_sound(graph);
  REQUIRE(graph.stages().size() == 3);
  CHECK(graph.has_driver_stages());
  for (const Stage& stage : graph.stages()) CHECK(stage.gated);
}

TEST_CASE("transform runs between two stages", "[plan]") {
  auto plan = PlanProbe::make();
  testing::capture(
      plan->source<int>("s").map(kIdentity).transform([](Rdd<int> r) { return r; }).map(kIdentity));
  const StageGraph graph = plan->graph();
  check_sound(graph);
  REQUIRE(graph.stages().size() == 3);
  CHECK(graph.stages()[1].transform != nullptr);
  CHECK(graph.stages()[2].inputs[0].driver_stage == 1);
}

TEST_CASE("what no output needs is left out", "[plan]") {
  auto plan = PlanProbe::make();
  auto used = plan->source<int>("used");
  auto unused = plan->source<int>("unused").count_by_value();
  used.count_by_value();
  testing::capture(used);
  const StageGraph graph = plan->graph();
  check_sound(graph);
  CHECK(graph.stages().size() == 1);
  CHECK(graph.sources().size() == 1);
}

TEST_CASE("a shuffle of two parents is one input that reads both", "[plan]") {
  auto plan = PlanProbe::make();
  auto pairs = plan->source<int>("s").map(kPair);
  testing::capture(pairs.join(plan->source<int>("t").map(kPair)));
  const StageGraph graph = plan->graph();
  check_sound(graph);
  REQUIRE(graph.stages().size() == 3);
  REQUIRE(graph.stages()[2].inputs.size() == 1);
  CHECK(graph.stages()[2].inputs[0].from.size() == 2);
  CHECK(graph.stages()[2].parents == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("a stream joined with itself is written twice by one stage", "[plan]") {
  auto plan = PlanProbe::make();
  auto pairs = plan->source<int>("s").map(kPair);
  testing::capture(pairs.join(pairs));
  const StageGraph graph = plan->graph();
  check_sound(graph);
  REQUIRE(graph.stages().size() == 2);
  REQUIRE(graph.stages()[0].terminals.size() == 2);
  CHECK(graph.stages()[0].terminals[0].parent == 0);
  CHECK(graph.stages()[0].terminals[1].parent == 1);
  CHECK(graph.stages()[1].parents == std::vector<std::uint32_t>{0});
}

TEST_CASE("streams of different depth may be joined and merged again", "[plan]") {
  auto plan = PlanProbe::make();
  auto pairs = plan->source<int>("s").map(kPair);
  auto sums = pairs.reduce_by_key(kPlus);
  auto joined =
      pairs.join(sums).map([](const auto& p) { return std::pair(p.first, p.second.second); });
  testing::capture(joined.union_with(sums).union_with(pairs).join(joined));
  const StageGraph graph = plan->graph();
  check_sound(graph);
  CHECK(graph.sources().size() == 1);
}
