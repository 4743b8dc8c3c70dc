// Static data: a table of the host that every batch is joined with, and batches that are kept.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

using namespace std::chrono_literals;
using Order = std::pair<std::string, int>;     // article, amount
using Price = std::pair<std::string, double>;  // article, price

// An action: it runs a job and returns its value.
double total(const dstream::Rdd<Price>& rdd) {
  return rdd.aggregate(
      0.0, [](double sum, const Price& p) { return sum + p.second; },
      [](double a, double b) { return a + b; });
}

int main() {
  // Batches by hand, so that it is plain what happens when; see 040_testing.cc.
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [queue, orders] = ssc.queue_stream<Order>();

  // Made once, from any range. An Rdd may be used before start(), in functions of whole data sets,
  // and by threads of the host.
  const dstream::Rdd<Price> prices =
      ssc.parallelize(std::vector<Price>{{"tea", 2.5}, {"milk", 1.0}});
  std::printf("one of each costs %.2f\n", total(prices));

  // Each batch joined with the table: (article, (amount, price)).
  const auto costs = orders.join(prices)
                         .map([](const auto& row) {
                           return Price(row.first, row.second.first * row.second.second);
                         })
                         .cache();  // its batches are kept, for slice() ...
  ssc.remember(2s);                 // ... the last two of them

  // A function of whole data sets can look at the batches before its own.
  costs.foreach_rdd([costs](const dstream::Rdd<Price>& batch, dstream::Time time) {
    std::printf("%lld s: %.2f", static_cast<long long>(time.ms() / 1000), total(batch));
    for (const auto& [earlier, rdd] : costs.slice(time - 2s, time)) {
      std::printf(", after %.2f at %lld s", total(rdd),
                  static_cast<long long>(earlier.ms() / 1000));
    }
    std::printf("\n");
  });

  dstream::testing::BatchDriver driver(ssc);
  const std::vector<std::vector<Order>> batches = {
      {{"tea", 2}, {"milk", 1}}, {{"milk", 3}, {"soap", 9}}, {}, {{"tea", 1}}};
  for (const std::vector<Order>& batch : batches) {
    queue.push(batch);
    driver.run_batch();
  }
}
