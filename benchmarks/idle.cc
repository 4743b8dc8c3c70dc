#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

void measure_idle(const Settings& settings, Report& report) {
  Options options = engine_options({1, 2});
  options.trigger = Trigger::interval;
  options.batch_interval = std::chrono::seconds(1);
  StreamingContext context(options);
  auto [inlet, numbers] = context.inlet<std::int64_t>();
  auto counts = numbers.count_by_value().latest();
  context.start();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));

  const double wanted = std::max(1.0, 12.0 * settings.scale);
  const double cpu_before = process_cpu_seconds();
  const Stopwatch watch;
  std::this_thread::sleep_for(std::chrono::duration<double>(wanted));
  const double cpu = process_cpu_seconds() - cpu_before;
  const double seconds = watch.seconds();
  report.add(Figure{"CPU of an idle context at 1 s interval", 100 * cpu / seconds, "%",
                    Figure::Bound::kAtMost, 0.5, fmt::format("over {:.1f} s", seconds)});
  report.add(Series{"idle", "engine, 2 slots, CPU seconds", 2, 0, {cpu}, std::nullopt});
}

}  // namespace

Measurement idle_workload() {
  return {"idle", "processor time of a context that has nothing to do, interval 1 s", measure_idle};
}

}  // namespace dstream::bench
