#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "support/jobs.h"

using namespace dstream;
using namespace std::chrono_literals;
using jobs::contains;
using jobs::error_of;

namespace {

const std::pair<std::function<void(Tunables&)>, std::string> kBadTunables[] = {
    {[](Tunables& t) { t.max_queued_batches = 0; }, "max_queued_batches must be at least 1"},
    {[](Tunables& t) { t.receiver_capacity_bytes = 0; },
     "receiver_capacity_bytes must be at least 1"},
    {[](Tunables& t) { t.max_line_bytes = 0; }, "max_line_bytes must be at least 1"},
    {[](Tunables& t) { t.reconnect_delay = -1ms; }, "delays in tunables must not be negative"},
    {[](Tunables& t) { t.max_reconnect_delay = -1ms; }, "delays in tunables must not be negative"},
    {[](Tunables& t) { t.receiver_restart_delay = -1ms; },
     "delays in tunables must not be negative"},
};

}  // namespace

TEST_CASE("options out of range are refused with what to do", "[options]") {
  const auto refused = [](const std::function<void(Options&)>& change, const std::string& message) {
    Options options;
    change(options);
    const Error error = error_of([&] { StreamingContext ssc(options); });
    CHECK(error.code() == Errc::invalid_argument);
    INFO(error.what());
    CHECK(contains(error.what(), message));
  };
  refused([](Options& o) { o.batch_interval = 999us; }, "batch_interval must be at least 1 ms");
  refused([](Options& o) { o.batch_interval = 0ms; }, "batch_interval must be at least 1 ms");
  refused([](Options& o) { o.batch_interval = -1s; }, "batch_interval must be at least 1 ms");
  refused([](Options& o) { o.trigger = Trigger::manual, o.batch_interval = 0s; }, "batch_interval");
  refused([](Options& o) { o.trigger = Trigger::arrival, o.batch_interval = 0s; },
          "batch_interval must be positive");
  refused([](Options& o) { o.trigger = Trigger::arrival, o.batch_interval = -1s; },
          "batch_interval must be positive");
  refused([](Options& o) { o.max_task_failures = 0; }, "max_task_failures must be at least 1");
  refused([](Options& o) { o.default_partitions = 0; }, "must be 1 to 128, not 0");
  refused([](Options& o) { o.default_partitions = 129; }, "must be 1 to 128, not 129");
  refused([](Options& o) { o.slice_records = 0; }, "slice_records must be at least 1");
  refused([](Options& o) { o.executors = 0; }, "executors must be 1 to 256");
  refused([](Options& o) { o.executors = 257; }, "executors must be 1 to 256");
  refused([](Options& o) { o.slots = 1025; }, "slots must be at most 1024");
  refused([](Options& o) { o.max_batches_in_flight = 0; },
          "max_batches_in_flight must be 1 to 1024");
  refused([](Options& o) { o.max_batches_in_flight = 1025; }, "max_batches_in_flight must be 1 to");
  refused([](Options& o) { o.block_interval = 0ms; }, "block_interval must be positive");
  for (const auto& [change, message] : kBadTunables) {
    refused([&](Options& o) { change(o.tunables); }, message);
  }
}

TEST_CASE("tunables out of range are refused", "[options]") {
  StreamingContext ssc(jobs::by_hand());
  for (const auto& [change, message] : kBadTunables) {
    Tunables tunables;
    tunables.max_queued_batches = 7;
    change(tunables);
    const Error error = error_of([&] { ssc.set_tunables(tunables); });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(contains(error.what(), message));
  }
  CHECK(ssc.tunables().max_queued_batches == 64);
}

TEST_CASE("options are completed", "[options]") {
  Options options;
  options.batch_interval = 50ms;
  options.executors = 2;
  StreamingContext ssc(options);
  CHECK(ssc.options().block_interval == 50ms);
  CHECK(ssc.options().slots >= 1);
  CHECK(ssc.options().clock != nullptr);
  CHECK(ssc.options().batch_log != nullptr);
}

TEST_CASE("tunables can be read and replaced", "[options]") {
  StreamingContext ssc(jobs::by_hand());
  auto [queue, numbers] = ssc.queue_stream<int>();
  auto out = testing::capture(numbers);
  Tunables tunables = ssc.tunables();
  CHECK(tunables.max_queued_batches == 64);
  tunables.max_queued_batches = 3;
  ssc.set_tunables(tunables);
  ssc.start();
  tunables.max_queued_batches = 5;
  ssc.set_tunables(tunables);
  CHECK(ssc.tunables().max_queued_batches == 5);
}
