#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/jobs.h"
#include "support/plan_probe.h"

#include "plan/explain.h"

using namespace dstream;

namespace {

// Kept together so that the golden texts can name the lines.
constexpr unsigned kFirst = __LINE__ + 3;
template <class Lines>
void build_plan(const Lines& lines) {
  auto words = lines.flat_map(split(' '));
  auto counts = words.filter([](std::string_view w) { return !w.empty(); }).count_by_value();
  counts.print();
  testing::capture(words.count());
  counts.named("totals").foreach_rdd([](const auto& rdd) { rdd.count(); });
}

/// Puts the file and a line into each "@n": the n-th line of build_plan; "@s" is `source_line`.
std::string at_lines(std::string text, unsigned source_line) {
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@')) {
    const unsigned line =
        text[at + 1] == 's' ? source_line : kFirst - 1 + static_cast<unsigned>(text[at + 1] - '0');
    text.replace(at, 2, "(explain_test.cc:" + std::to_string(line) + ")");
  }
  return text;
}

}  // namespace

TEST_CASE("explain tells stages, shuffles and what is fused", "[explain]") {
  auto plan = PlanProbe::make();
  const unsigned line = __LINE__ + 1;
  build_plan(plan->source<std::string_view>("socket_text_stream"));
  CHECK(detail::explain_graph(plan->graph(), ExplainFormat::text, {}) == at_lines(R"(stage 0
  in:    slices of socket_text_stream @s
  fused: flat_map @1 -> filter @2
  out:   shuffle totals: count_by_value @2
  out:   shuffle count @4
stage 1
  in:    partitions of totals: count_by_value @2 from stage 0
  out:   shuffle print @3
  out:   records for a later stage
stage 2
  in:    partitions of count @4 from stage 0
  out:   capture @4
stage 3 (waits for the batch before to commit)
  in:    records of stage 1
  runs:  foreach_rdd @5 on the driver thread
stage 4 (waits for the batch before to commit)
  in:    partitions of print @3 from stage 1
  fused: print @3
)",
                                                                                  line));
}

TEST_CASE("explain draws for graphviz", "[explain]") {
  auto plan = PlanProbe::make();
  const unsigned line = __LINE__ + 1;
  build_plan(plan->source<std::string_view>("socket_text_stream"));
  CHECK(detail::explain_graph(plan->graph(), ExplainFormat::dot, {}) ==
        at_lines(R"(digraph dstream {
  node [shape=box];
  s0 [label="stage 0\nsocket_text_stream @s\nflat_map @1 -> filter @2\nshuffle totals: count_by_value @2\nshuffle count @4"];
  s1 [label="stage 1\nshuffle print @3\nrecords for a later stage"];
  s2 [label="stage 2\ncapture @4"];
  s3 [label="stage 3\nforeach_rdd @5 on the driver thread"];
  s4 [label="stage 4\nprint @3"];
  s0 -> s1;
  s0 -> s2;
  s1 -> s3;
  s1 -> s4;
  s4 -> s3;
}
)",
                 line));
}

TEST_CASE("names are escaped for graphviz", "[explain]") {
  auto plan = PlanProbe::make();
  testing::capture(plan->source<int>("s").map([](int x) { return x; }).named("a \"b\" \\"));
  CHECK(jobs::contains(detail::explain_graph(plan->graph(), ExplainFormat::dot, {}),
                       R"(a \"b\" \\: map)"));
}

TEST_CASE("explain needs no start, and tells figures after batches", "[explain]") {
  Options options = jobs::on_executors();
  options.slice_records = 2;
  StreamingContext ssc(options);
  auto [queue, numbers] = ssc.queue_stream<int>();
  testing::capture(numbers.filter([](int x) { return x != 3; }).count_by_value(4));
  const std::string before = ssc.explain();
  CHECK(jobs::contains(before, "fused: filter (explain_test.cc:"));
  CHECK_FALSE(jobs::contains(before, "so far"));
  testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3, 1, 1});
  driver.run_batch();
  const std::string after = ssc.explain();
  CHECK(jobs::contains(after, "so far: 3 tasks, 5 records in, 4 out,"));
  CHECK(jobs::contains(after, " 4 records in, 2 out,"));
  CHECK_FALSE(jobs::contains(after, "failed attempts"));
  CHECK(jobs::contains(ssc.explain(ExplainFormat::dot), "3 tasks, 5 records in"));
  ssc.stop();
  CHECK(ssc.explain() == after);
}

TEST_CASE("explain counts failed attempts", "[explain]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  int calls = 0;
  testing::capture(numbers.map([&calls](int x) { return ++calls < 3 ? throw 1 : x; }));
  testing::BatchDriver driver(ssc);
  queue.push({1});
  driver.run_batch();
  CHECK(jobs::contains(ssc.explain(), ", 2 failed attempts"));
}
