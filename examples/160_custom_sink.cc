// A sink of one's own: balances that count each payment exactly once, although a task fails and a
// commit is repeated on the way. In a service the table would be a database.
#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <dstream/dstream.h>

using namespace std::chrono_literals;

struct Payment {
  std::uint32_t account;
  std::int64_t cents;
};

// Tasks stage; the table changes in commit() only. Partitions are written by several threads at a
// time, so all of it is behind a mutex.
class BalanceTable final : public dstream::Sink<Payment> {
 public:
  void begin(const dstream::WriteKey& key) override {
    std::lock_guard lock(mutex_);
    staged_[attempt(key)].clear();
  }
  void write(const dstream::WriteKey& key, const Payment& payment) override {
    std::lock_guard lock(mutex_);
    if (writes_++ == 7) throw std::runtime_error("the table is away");  // the task is repeated
    staged_[attempt(key)].push_back(payment);
  }
  // Whatever commit() needs to find the staged write again, after a crash, too.
  std::string prepare(const dstream::WriteKey& key) override { return attempt(key); }

  void commit(const dstream::WriteKey&, const std::string& handle) override {
    std::lock_guard lock(mutex_);
    if (!committed_.insert(handle).second) return;  // a repeated commit is the same commit
    for (const Payment& payment : staged_[handle]) balances_[payment.account] += payment.cents;
    staged_.erase(handle);
    if (commits_++ == 0) throw std::runtime_error("done, but the answer was lost");
  }
  void abort(const dstream::WriteKey& key, const std::string&) override {
    std::lock_guard lock(mutex_);
    staged_.erase(attempt(key));
    ++aborts_;
  }

  void print() const {
    std::lock_guard lock(mutex_);
    for (const auto& [account, cents] : balances_) {
      std::printf("account %u: %lld cents\n", account, static_cast<long long>(cents));
    }
    std::printf("%d aborted, %zu left behind\n", aborts_, staged_.size());
  }

 private:
  static std::string attempt(const dstream::WriteKey& key) {
    return key.sink_uid + "/" + std::to_string(key.batch_time.ns()) + "/" +
           std::to_string(key.partition) + "#" + std::to_string(key.attempt);
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Payment>> staged_;
  std::set<std::string> committed_;
  std::map<std::uint32_t, std::int64_t> balances_;
  int writes_ = 0;
  int commits_ = 0;
  int aborts_ = 0;
};

int main() {
  const auto table = std::make_shared<BalanceTable>();
  dstream::StreamingContext ssc({.batch_interval = 20ms});
  auto [inlet, payments] = ssc.inlet<Payment>();
  payments.filter([](const Payment& p) { return p.cents != 0; })
      .write_to(table, {.uid = "balances"});
  ssc.start();
  for (std::uint32_t i = 0; i < 1000; ++i) inlet.push({i % 3, i % 5});
  ssc.stop(dstream::StopMode::graceful);
  table->print();
}
