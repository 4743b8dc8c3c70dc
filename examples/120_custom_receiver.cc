// A receiver of one's own, and a reliable one: the origin keeps an order until the batch that holds
// it is committed. On the way the connection is lost once; no order is, and none comes twice.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <dstream/dstream.h>

using namespace std::chrono_literals;

struct Order {
  std::string item;
  std::int64_t amount;
};

// Stands in for a message broker: it would deliver again what has not been acknowledged.
class OrderLog {
 public:
  explicit OrderLog(std::vector<Order> orders) : orders_(std::move(orders)) {}
  std::uint64_t size() const { return orders_.size(); }
  const Order& at(std::uint64_t number) const { return orders_.at(number); }
  void acknowledge(std::uint64_t until) {
    acknowledged_ = until;
    acknowledged_.notify_all();
  }
  std::uint64_t acknowledged() const { return acknowledged_; }
  void await_all_acknowledged() const {
    for (auto seen = acknowledged(); seen < size(); seen = acknowledged()) acknowledged_.wait(seen);
  }

 private:
  const std::vector<Order> orders_;
  std::atomic<std::uint64_t> acknowledged_{0};
};

class OrderReceiver final : public dstream::Receiver<Order> {
 public:
  explicit OrderReceiver(OrderLog& log) : log_(log) {}

  int starts() const { return starts_; }

 private:
  // Called by the library, on a thread of its own: must return soon, so the work gets a thread.
  void on_start() override {
    ++starts_;
    thread_ = std::thread([this] { receive(); });
  }
  void on_stop() override { thread_.join(); }

  void receive() {
    // What a former run has stored is in the batches' hands; this one goes on behind it.
    for (; next_ < log_.size() && !is_stopped(); ++next_) {
      if (next_ == 4 && starts_ == 1) {
        restart("the connection was lost", 10ms);  // on_stop, 10 ms, on_start; returns at once
        return;
      }
      // Waits while the batches are behind. The position comes back in on_committed().
      if (store(log_.at(next_), {"orders", next_, next_ + 1}) != dstream::PushResult::ok) return;
    }
  }

  // The batch with these orders is committed: the origin need not keep them any longer.
  void on_committed(const dstream::ReceiverPosition& position) override {
    log_.acknowledge(position.until);
  }

  OrderLog& log_;
  std::uint64_t next_ = 0;  // of the receiving threads, one after the other
  std::atomic<int> starts_{0};
  std::thread thread_;
};

int main() {
  OrderLog log({{"pen", 3},
                {"ink", 1},
                {"pen", 2},
                {"paper", 500},
                {"ink", 4},
                {"pen", 1},
                {"paper", 250},
                {"pen", 10},
                {"ink", 2},
                {"pen", 4}});
  auto receiver = std::make_shared<OrderReceiver>(log);

  dstream::StreamingContext ssc({.app_name = "orders", .batch_interval = 20ms});
  std::map<std::string, std::int64_t> totals;  // touched by the for_each alone while it runs
  ssc.receiver_stream(receiver)
      .map([](const Order& order) { return std::pair(order.item, order.amount); })
      .reduce_by_key([](std::int64_t a, std::int64_t b) { return a + b; })
      .for_each([&totals](const auto& pair) { totals[pair.first] += pair.second; });

  ssc.start();
  log.await_all_acknowledged();
  ssc.stop(dstream::StopMode::graceful);

  for (const auto& [item, amount] : totals) {
    std::printf("%s: %lld\n", item.c_str(), static_cast<long long>(amount));
  }
  const dstream::ReceiverInfo info = ssc.receivers().front();
  std::printf("%llu orders acknowledged, %llu received in %d runs; last error: %s\n",
              static_cast<unsigned long long>(log.acknowledged()),
              static_cast<unsigned long long>(info.status.records), receiver->starts(),
              info.status.last_error.c_str());
}
