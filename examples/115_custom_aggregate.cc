// An aggregate of the program's own, beside ready ones.
#include <cmath>
#include <cstdio>
#include <memory>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

namespace ds = dstream;

/// What is not among the ready aggregates takes ten lines: zero, add, merge and result.
struct GeometricMean {
  struct State {
    double logs = 0;
    double count = 0;
  };
  static constexpr bool kNeedsRecords = true;  // of no prices there is none
  State zero() const { return {}; }
  void add(State& s, double price) const {
    s.logs += std::log(price);
    ++s.count;
  }
  void merge(State& into, const State& from) const {
    into.logs += from.logs;
    into.count += from.count;
  }
  double result(const State& s) const { return std::exp(s.logs / s.count); }
};

int main() {
  // Batches by hand, so that the output is the same each time; see 040_testing.cc.
  ds::StreamingContext ssc(
      ds::testing::inline_options(std::make_shared<ds::testing::ManualClock>()));
  auto [queue, prices] = ssc.queue_stream<double>();

  // One record per batch, also for an empty one: what needs records is an optional.
  prices.aggregate(ds::count(), ds::mean(), GeometricMean{}).for_each([](const auto& figures) {
    const auto& [count, mean, geometric] = figures;
    if (count == 0) {
      std::puts("no prices");
    } else {
      std::printf("%lld prices: mean %.1f, geometric mean %.1f\n", static_cast<long long>(count),
                  *mean, *geometric);
    }
  });

  ds::testing::BatchDriver driver(ssc);
  queue.push({100, 400, 200});
  driver.run_batch();
  driver.run_batch();
}
