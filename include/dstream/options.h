#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <dstream/detail/durations.h>
#include <dstream/hash.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

class BatchLog;
class Clock;
class DeadLetterOutput;
class FileSystem;
class Random;

/// What starts a batch.
enum class Trigger : std::uint8_t {
  interval,  ///< the wall clock, every `batch_interval`
  arrival,   ///< data: as soon as a source has some and the batch before is done
  manual,    ///< by hand: testing::BatchDriver, replay
};

/// Who executes tasks.
enum class Execution : std::uint8_t {
  flow_graph,  ///< executors: oneTBB arenas with a flow graph each
  inline_run,  ///< the calling thread; no thread is started and batches are run by hand (tests)
};

/// Tunables::receiver_max_rate of a receiver that takes what comes.
inline constexpr std::int64_t kUnlimitedRate = INT64_MAX;

/// Settings that may change while a context runs; StreamingContext::set_tunables() swaps them and
/// they take effect at the next batch.
struct Tunables {
  /// Batches that wait for their turn; when there are more, later intervals join the last one.
  std::uint32_t max_queued_batches = 64;
  /// Bytes of received data that a receiver may hold before it stops reading its socket.
  std::size_t receiver_capacity_bytes = std::size_t{64} << 20;
  /// Records per second that each receiver takes, at least 1. A source that reads takes what one
  /// read brings (a few KiB where the rate is low) and then waits as long as that is worth; a
  /// Receiver's store() waits. Nothing is saved up in quiet times.
  std::int64_t receiver_max_rate = kUnlimitedRate;
  /// The longest line that a text source takes; longer ones are dropped and counted.
  std::size_t max_line_bytes = std::size_t{1} << 20;
  /// First and longest pause of a receiver that cannot connect; it doubles in between.
  Duration reconnect_delay = std::chrono::milliseconds(100);
  Duration max_reconnect_delay = std::chrono::seconds(10);
  /// Pause of a Receiver between on_stop and on_start when it restarts. While on_start throws it
  /// doubles, up to max_reconnect_delay.
  Duration receiver_restart_delay = std::chrono::seconds(2);
};

/// Settings that are fixed when a context is made. Behaviour first, performance second.
struct Options {
  std::string app_name = "dstream";
  /// Length of a batch; at least 1 ms, with Trigger::arrival any positive length. Batch times are
  /// multiples of it since the epoch, with Trigger::arrival whole microseconds.
  Duration batch_interval = std::chrono::seconds(1);
  Trigger trigger = Trigger::interval;
  /// Attempts of a task before its batch, and with it the context, fails.
  std::uint32_t max_task_failures = 4;
  /// Partitions of a shuffle, 1 to 128. A constant, never the number of cores: results depend on it.
  std::uint32_t default_partitions = 16;
  /// Records of a slice, the unit of work. Results of float folds and their order depend on it.
  std::uint32_t slice_records = 64 << 10;
  /// Seed of every hash; set a random one where input may be hostile.
  std::uint64_t hash_seed = kDefaultHashSeed;

  Execution execution = Execution::flow_graph;
  /// Executors: each has an arena of its own and one thread; TBB adds workers for further slots.
  std::uint32_t executors = 1;
  /// Tasks that an executor runs at once; 0: the machine's cores, divided among the executors.
  std::uint32_t slots = 0;
  /// Binds each executor's own thread to a core.
  bool pin_executors = false;
  /// Batches computed at once, 1 to 1024. Outputs and commits stay in batch-time order.
  std::uint32_t max_batches_in_flight = 1;
  /// How often a receiver cuts a block; never longer than the batch interval.
  Duration block_interval = std::chrono::milliseconds(200);
  /// Bytes of persisted batches and cached Rdds in memory beyond which the oldest ones of a level
  /// with a disk are written to files. Those of a level without one count, but always stay.
  std::size_t cache_memory_bytes = std::size_t{256} << 20;
  /// Where those files are; made when it is first needed. Each file is removed when its batch is
  /// forgotten or the context stops; a process that is killed leaves its files (*.dstream-cache).
  std::string cache_directory = {};
  /// Runs tasks for empty partitions too; only useful to measure what a token costs.
  bool run_empty_tasks = false;

  // The seams: null takes the machine's own.
  std::shared_ptr<Clock> clock = nullptr;
  std::shared_ptr<FileSystem> file_system = nullptr;
  std::shared_ptr<Random> random = nullptr;
  std::shared_ptr<BatchLog> batch_log = nullptr;
  /// Gets the input that could not be used; null: it is counted only.
  std::shared_ptr<DeadLetterOutput> dead_letters = nullptr;

  Tunables tunables = {};
};

}  // namespace v1
}  // namespace dstream
