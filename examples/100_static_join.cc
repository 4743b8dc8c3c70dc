// Static data: a table of the host's own, which every batch is joined with.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

using Order = std::pair<std::string, int>;     // article, amount
using Price = std::pair<std::string, double>;  // article, price

int main() {
  // Batches by hand, so that it is plain what happens when; see 040_testing.cc.
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [queue, orders] = ssc.queue_stream<Order>();

  // Made once, from any range. An Rdd may be used before start(), in functions of whole data sets,
  // and by threads of the host: count() is an action, it runs a job and returns its value.
  const dstream::Rdd<Price> prices =
      ssc.parallelize(std::vector<Price>{{"tea", 2.5}, {"milk", 1.0}});
  std::printf("%lld articles\n", static_cast<long long>(prices.count()));

  // Each batch joined with the table: (article, (amount, price)).
  orders.join(prices).for_each([](const auto& row) {
    const auto& [article, order] = row;
    const auto& [amount, price] = order;
    std::printf("%d %s: %.2f\n", amount, article.c_str(), amount * price);
  });

  dstream::testing::BatchDriver driver(ssc);
  queue.push({{"tea", 2}});
  driver.run_batch();
  queue.push({{"milk", 3}, {"soap", 9}});  // nobody sells soap
  driver.run_batch();
}
