// Batches that are kept, and looked at again: every batch's total beside those before it.
#include <cstdio>
#include <memory>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

using namespace std::chrono_literals;

void show(const char* what, dstream::Time time, const dstream::Rdd<double>& rdd) {
  for (const double total : rdd.collect()) {
    std::printf("%s %lld s: %.2f\n", what, static_cast<long long>(time.ms() / 1000), total);
  }
}

int main() {
  // Batches by hand, so that it is plain what happens when; see 040_testing.cc.
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [queue, amounts] = ssc.queue_stream<double>();

  const auto totals = amounts.reduce([](double a, double b) { return a + b; })
                          .cache();  // its batches are kept, for slice() ...
  ssc.remember(2s);                  // ... the last two of them

  // A function of whole data sets can look at the batches before its own.
  totals.foreach_rdd([totals](const dstream::Rdd<double>& batch, dstream::Time time) {
    show("at", time, batch);
    for (const auto& [earlier, rdd] : totals.slice(time - 2s, time))
      show("  before, at", earlier, rdd);
  });

  dstream::testing::BatchDriver driver(ssc);
  queue.push({5.0, 1.0});
  driver.run_batch();
  queue.push({3.0});
  driver.run_batch();
  driver.run_batch();  // an empty batch has no total
  queue.push({2.5});
  driver.run_batch();
}
