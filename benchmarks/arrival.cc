#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "engine.h"
#include "hand_timer.h"
#include "machine.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

constexpr std::int64_t kPeriodNs = 200'000;  // 5 000 records a second
constexpr int kTurns = 5;

struct Order {
  std::int64_t key;
  std::int64_t due_ns;
};

/// What is kept per key and batch: the earliest due time, and how many records it stands for.
struct Earliest {
  std::int64_t due_ns;
  std::int64_t records;
};

/// Latencies in microseconds, and the processor time that it took.
struct LatencyRun {
  std::vector<double> latencies_us;
  double cpu_seconds = 0;
  double seconds = 0;

  void append(const LatencyRun& other) {
    latencies_us.insert(latencies_us.end(), other.latencies_us.begin(), other.latencies_us.end());
    cpu_seconds += other.cpu_seconds;
    seconds += other.seconds;
  }
  double cores() const { return cpu_seconds / seconds; }
};

template <class Work>
LatencyRun measured(const Work& work) {
  LatencyRun run;
  const double cpu_before = process_cpu_seconds();
  const Stopwatch watch;
  run.latencies_us = work();
  run.seconds = watch.seconds();
  run.cpu_seconds = process_cpu_seconds() - cpu_before;
  return run;
}

/// inlet → map → reduce_by_key → for_each with the arrival trigger.
class ArrivalJob {
 public:
  ArrivalJob() : context_(options()), input_(context_.inlet<Order>()) {
    input_.second
        .map([](const Order& order) {
          return std::pair(order.key, Earliest{order.due_ns, 1});
        })
        .reduce_by_key([](const Earliest& a, const Earliest& b) {
          return Earliest{std::min(a.due_ns, b.due_ns), a.records + b.records};
        })
        .for_each([this](const std::pair<std::int64_t, Earliest>& result) {
          latencies_us_.push_back(static_cast<double>(monotonic_ns() - result.second.due_ns) / 1e3);
          received_ += result.second.records;
          if (received_ < wanted_) return;
          done_ = true;
          done_.notify_one();
        });
    context_.start();
  }

  std::vector<double> run(std::int64_t count) {
    latencies_us_.clear();
    received_ = 0;
    wanted_ = count;
    done_ = false;
    std::jthread producer([&] {
      run_schedule(count, kPeriodNs, [&](std::int64_t i, std::int64_t due) {
        input_.first.push(Order{i % 1000, due});
      });
    });
    done_.wait(false);
    return latencies_us_;
  }

 private:
  static Options options() {
    Options options = engine_options({1, 1});
    options.trigger = Trigger::arrival;
    return options;
  }

  std::vector<double> latencies_us_;
  std::int64_t received_ = 0;
  std::int64_t wanted_ = 0;
  std::atomic<bool> done_{false};
  StreamingContext context_;
  std::pair<Inlet<Order>, DStream<Order>> input_;
};

void add_figures(const LatencyRun& engine, const LatencyRun& bare, Report& report) {
  const auto at_most = Figure::Bound::kAtMost;
  for (const auto& [name, share, factor] :
       {std::tuple("p50", 0.5, 2.5), std::tuple("p99", 0.99, 3.0)}) {
    const double rival = percentile(bare.latencies_us, share);
    const double ours = percentile(engine.latencies_us, share);
    report.add(Figure{
        fmt::format("trigger on arrival, due time to for_each, {} / bare hand-off", name),
        ours / rival, "x", at_most, factor, fmt::format("{:.0f} us, bare {:.0f} us", ours, rival)});
  }
  report.add(Figure{"trigger on arrival: processor time", 100 * engine.cores(), "%", at_most, 25,
                    fmt::format("of a core; bare {:.1f} %", 100 * bare.cores())});
}

void measure_arrival(const Settings& settings, Report& report) {
  pin_process(settings.cores, std::min<std::size_t>(2, settings.cores.size()));
  const auto count = static_cast<std::int64_t>(settings.scaled(10'000, 500));
  LatencyRun engine;
  LatencyRun bare;
  for (int turn = 0; turn < kTurns; ++turn) {
    bare.append(measured([&] { return run_bare_hand_off(count, kPeriodNs); }));
    ArrivalJob job;
    job.run(100);
    engine.append(measured([&] { return job.run(count); }));
  }
  add_figures(engine, bare, report);
  const auto records = static_cast<std::uint64_t>(count * kTurns);
  report.add(Series{"arrival", "engine", 2, records, {engine.seconds}, std::nullopt});
  report.add(Series{"arrival", "condition variable", 2, records, {bare.seconds}, std::nullopt});
  unpin_process();
}

}  // namespace

Measurement arrival_workload() {
  return {"arrival", "latency of single records with the arrival trigger, 5 000 a second",
          measure_arrival};
}

}  // namespace dstream::bench
