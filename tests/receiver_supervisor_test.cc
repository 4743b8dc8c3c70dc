#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <dstream/listener.h>

#include "support/jobs.h"
#include "support/journal.h"

using namespace dstream;
using namespace std::chrono_literals;

namespace {

/// Throws wherever it is asked to.
class Unruly final : public Receiver<int> {
 public:
  explicit Unruly(Journal& journal) : journal_(journal) {}
  void on_start() override {
    if (!starts) throw std::runtime_error("no luck");
  }
  void on_stop() override {}
  void on_stored(const ReceiverPosition& position) override { tell("stored", position); }
  void on_committed(const ReceiverPosition& position) override { tell("committed", position); }
  std::optional<std::uint32_t> preferred_executor() const override {
    throw std::runtime_error("no preference");
  }
  bool starts = true;

 private:
  void tell(const std::string& what, const ReceiverPosition& position) {
    journal_.note(what + " " + position.origin);
    if (position.origin == "a") throw std::runtime_error("not a");
  }
  Journal& journal_;
};

}  // namespace

TEST_CASE("an acknowledgement that throws does not keep back the next ones", "[receiver]") {
  Journal journal;
  auto receiver = std::make_shared<Unruly>(journal);
  StreamingContext ssc(jobs::by_hand());
  testing::capture(ssc.receiver_stream(receiver));
  testing::BatchDriver driver(ssc);
  ssc.start();
  receiver->store(1, {"a", 0, 1});
  receiver->store(2, {"b", 0, 1});
  driver.run_batch();
  ssc.stop(StopMode::graceful);
  CHECK(journal.count("stored a") == 1);
  CHECK(journal.count("stored b") == 1);
  CHECK(journal.count("committed a") == 1);
  CHECK(journal.count("committed b") == 1);
  const ReceiverInfo info = ssc.receivers().at(0);
  CHECK(info.status.failures == 2);
  CHECK_FALSE(info.preferred_executor.has_value());
}

TEST_CASE("a pause before the next start neither overflows nor vanishes", "[receiver]") {
  const Duration delay = GENERATE(Duration(0), Duration(100h), Duration::max());
  Options options = jobs::by_hand();
  options.tunables.receiver_restart_delay = delay;
  options.tunables.max_reconnect_delay = delay;
  const auto clock = std::static_pointer_cast<jobs::Clock>(options.clock);
  Journal journal;
  auto receiver = std::make_shared<Unruly>(journal);
  receiver->starts = false;
  StreamingContext ssc(options);
  testing::capture(ssc.receiver_stream(receiver));
  ssc.start();
  const std::uint64_t starts = delay == Duration::max() ? 1 : 30;
  for (std::uint64_t failures = 1; failures <= starts; ++failures) {
    clock->await_waiters(1);
    CHECK(ssc.receivers().at(0).status.failures == failures);
    if (failures < starts) clock->advance(std::max<Duration>(delay, 1ms));
  }
  ssc.stop();
}
