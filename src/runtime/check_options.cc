#include "runtime/check_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/pin_thread.h"
#include "dstream/batch_log.h"
#include "dstream/clock.h"
#include "dstream/error.h"
#include "dstream/file_system.h"
#include "dstream/random.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// A log that remembers nothing.
class NoBatchLog final : public BatchLog {
 public:
  void alloc(const AllocRecord&) override {}
  void prepare(Time) override {}
  void commit(Time) override {}
  void publish(Time) override {}
};

void require(bool condition, const std::string& message) {
  if (!condition) throw Error(Errc::invalid_argument, "Options: " + message);
}

}  // namespace

void check_tunables(const Tunables& tunables) {
  require(tunables.max_queued_batches >= 1, "tunables.max_queued_batches must be at least 1");
  require(tunables.receiver_capacity_bytes >= 1,
          "tunables.receiver_capacity_bytes must be at least 1");
  require(tunables.max_line_bytes >= 1, "tunables.max_line_bytes must be at least 1");
  for (const Duration delay :
       {tunables.reconnect_delay, tunables.max_reconnect_delay, tunables.receiver_restart_delay}) {
    require(delay >= Duration(0), "the delays in tunables must not be negative");
  }
  require(tunables.receiver_max_rate >= 1,
          fmt::format("tunables.receiver_max_rate must be at least 1 record per second, not {}; "
                      "kUnlimitedRate takes what comes",
                      tunables.receiver_max_rate));
}

Options checked(Options options) {
  require(
      options.trigger == Trigger::arrival || options.batch_interval >= std::chrono::milliseconds(1),
      "batch_interval must be at least 1 ms; Trigger::arrival starts batches sooner");
  require(options.batch_interval > Duration(0), "batch_interval must be positive");
  require(options.max_task_failures >= 1, "max_task_failures must be at least 1");
  require(options.default_partitions >= 1 && options.default_partitions <= kKeyGroups,
          fmt::format("default_partitions must be 1 to {}, not {}", kKeyGroups,
                      options.default_partitions));
  require(options.slice_records >= 1, "slice_records must be at least 1");
  require(options.executors >= 1 && options.executors <= 256, "executors must be 1 to 256");
  require(options.slots <= 1024, "slots must be at most 1024");
  require(options.max_batches_in_flight >= 1 && options.max_batches_in_flight <= 1024,
          "max_batches_in_flight must be 1 to 1024");
  require(options.block_interval > Duration(0), "block_interval must be positive");
  check_tunables(options.tunables);
  if (options.slots == 0) options.slots = std::max(1U, available_cores() / options.executors);
  options.block_interval = std::min(options.block_interval, options.batch_interval);
  if (!options.clock) options.clock = Clock::system();
  if (!options.file_system) options.file_system = FileSystem::system();
  if (!options.random) options.random = Random::system();
  if (!options.batch_log) options.batch_log = std::make_shared<NoBatchLog>();
  return options;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
