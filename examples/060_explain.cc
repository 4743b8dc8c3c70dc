// explain(): how the plan is cut into stages, what is fused, what is shuffled, and live figures.
#include <cstdio>
#include <string>
#include <string_view>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

int main() {
  dstream::StreamingContext ssc({.trigger = dstream::Trigger::manual});  // batches by hand
  auto [queue, lines] = ssc.queue_stream<std::string_view>();

  // Two outputs use `words`: it is computed once per batch, and both run in the same stage.
  auto words =
      lines.filter(dstream::contains("error")).flat_map(dstream::split(' ')).named("words");
  words.count_by_value().foreach_rdd([](const auto& counts) { counts.collect(); });
  const auto total = words.count().latest();

  std::puts("-- before start");
  std::fputs(ssc.explain().c_str(), stdout);

  dstream::testing::BatchDriver driver(ssc);
  queue.push({"error: disk full", "all is well", "error: disk slow"});
  driver.run_batch();

  std::puts("-- after a batch");
  std::fputs(ssc.explain().c_str(), stdout);
  std::printf("-- words counted: %lld\n", static_cast<long long>(total.get()->records.front()));

  std::puts("-- for graphviz");
  std::fputs(ssc.explain(dstream::ExplainFormat::dot).c_str(), stdout);
}
