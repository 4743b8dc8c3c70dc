// Joins two streams batch by batch: orders and the payments that came in with them.
#include <cstdio>
#include <memory>
#include <string>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

struct Order {
  int id = 0;
  std::string customer;
};

struct Payment {
  int order = 0;
  double amount = 0;
};

int main() {
  // Batches by hand, so that it is plain what happens when; see 040_testing.cc.
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [order_queue, orders] = ssc.queue_stream<Order>();
  auto [payment_queue, payments] = ssc.queue_stream<Payment>();

  // An order may be paid in parts: first one amount per order.
  auto paid = payments.key_by(&Payment::order)
                  .map_values([](const Payment& payment) { return payment.amount; })
                  .reduce_by_key([](double a, double b) { return a + b; });

  // Orders and payments of the batch side by side; either may be missing. The smaller stream stands
  // on the right. Results come by the hash of their key: the same order in every run, but not that
  // of the orders.
  orders.key_by(&Order::id).full_outer_join(paid).for_each([](const auto& joined) {
    const auto& [id, sides] = joined;
    const auto& [order, amount] = sides;
    if (!order) {
      std::printf("unknown order %d: %.2f\n", id, *amount);
    } else if (amount) {
      std::printf("order %d, %s: paid %.2f\n", id, order->customer.c_str(), *amount);
    } else {
      std::printf("order %d, %s: not paid\n", id, order->customer.c_str());
    }
  });

  dstream::testing::BatchDriver driver(ssc);
  order_queue.push({{1, "ada"}, {2, "grace"}, {3, "edsger"}});
  payment_queue.push({{2, 10.0}, {1, 9.5}, {2, 2.5}, {7, 1.0}});
  driver.run_batch();

  std::puts("-- the next batch knows nothing of the first");
  order_queue.push({{4, "barbara"}});
  payment_queue.push({{3, 5.0}, {4, 8.0}});
  driver.run_batch();
}
