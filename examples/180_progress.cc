// Watching a context: the ready listeners, and one of one's own that sees where the time goes and
// which output was left out.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

using namespace std::chrono_literals;

class Watcher final : public dstream::StreamingListener {
 public:
  void on_output_operation_completed(const dstream::OutputOperationInfo& info) override {
    if (info.failure_reason.empty()) return;
    std::printf("%s was left out: %s\n", info.name.c_str(), info.failure_reason.c_str());
  }
  void on_batch_completed(const dstream::BatchInfo& info) override {
    for (const dstream::StageInfo& stage : info.stages) {
      if (stage.tasks == 0) continue;
      std::printf("  stage %u (%s): %llu tasks, %llu in, skew %.1f\n", stage.id,
                  stage.operations.c_str(), static_cast<unsigned long long>(stage.tasks),
                  static_cast<unsigned long long>(stage.records_in), stage.skew());
    }
  }
};

int main() {
  // Two batches by hand, so that there is an end; a service would have a batch interval.
  dstream::StreamingContext ssc({.trigger = dstream::Trigger::manual});
  const auto to_stdout = dstream::callback_output([](std::string_view text) {
    std::printf("%.*s", static_cast<int>(text.size()), text.data());
  });
  // On a terminal, `std::make_shared<ProgressListener>()` is enough: one line on stderr.
  ssc.add_listener(std::make_shared<dstream::ProgressListener>(
      dstream::ProgressOptions{.output = to_stdout, .in_place = false, .every = 0s}));
  ssc.add_listener(std::make_shared<dstream::StatsReportListener>(5, to_stdout));
  ssc.add_listener(std::make_shared<Watcher>());

  auto [queue, numbers] = ssc.queue_stream<int>();
  numbers.map([](int x) { return x % 10; }).count_by_value(2).for_each([](const auto&) {});
  numbers.filter([](int x) { return x == 13; })
      .for_each([](int) { throw std::runtime_error("thirteen"); },
                {.name = "fussy", .on_failure = dstream::OutputFailure::skip});
  dstream::testing::BatchDriver driver(ssc);
  queue.push({1, 2, 3, 12, 13});
  queue.push({1, 2, 3});
  driver.run_batches(2);
  ssc.stop();  // listeners get what is queued for them
  std::printf("%llu outputs left out, %llu events lost\n",
              static_cast<unsigned long long>(ssc.skipped_outputs()),
              static_cast<unsigned long long>(ssc.dropped_events()));
}
