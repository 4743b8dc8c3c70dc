// transform() calls its function anew for every batch, so the job follows a variable of the host.
#include <cstdio>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>

/// Users that are blocked now. The host changes it while the job runs.
class Blocklist {
 public:
  void block(std::string user) {
    std::lock_guard lock(mutex_);
    auto users = std::make_shared<std::set<std::string>>(*users_);
    users->insert(std::move(user));
    users_ = std::move(users);
  }
  /// The list as it is now; nobody changes what is returned.
  std::shared_ptr<const std::set<std::string>> now() const {
    std::lock_guard lock(mutex_);
    return users_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const std::set<std::string>> users_ = std::make_shared<std::set<std::string>>();
};

int main() {
  Blocklist blocklist;

  // Batches by hand, so that it is plain what happens when; see 040_testing.cc.
  dstream::StreamingContext ssc(
      dstream::testing::inline_options(std::make_shared<dstream::testing::ManualClock>()));
  auto [logins, users] = ssc.queue_stream<std::string>();

  // The function runs on the driver thread, once per batch. What it captures for the tasks is the
  // list of that moment: all of one batch is judged by the same list.
  users
      .transform([&blocklist](const dstream::Rdd<std::string>& batch) {
        return batch.filter([blocked = blocklist.now()](const std::string& user) {
          return !blocked->contains(user);
        });
      })
      .for_each([](const std::string& user) { std::printf("welcome, %s\n", user.c_str()); });

  dstream::testing::BatchDriver driver(ssc);
  logins.push({"ada", "mallory"});
  driver.run_batch();

  std::puts("-- mallory is blocked");
  blocklist.block("mallory");
  logins.push({"mallory", "grace"});
  driver.run_batch();
}
