#pragma once

#include <memory>
#include <vector>

#include <dstream/block.h>
#include <dstream/streaming_context.h>
#include <dstream/testing/manual_clock.h>

namespace dstream {
inline namespace v1 {
namespace testing {

/// Options for a context that a test runs by hand: one thread, no clock but `clock`, and batches
/// made by a BatchDriver alone.
DSTREAM_EXPORT Options inline_options(std::shared_ptr<ManualClock> clock);

/// Makes the batches of a context with Trigger::manual, on whatever executes it:
///
///   auto clock = std::make_shared<testing::ManualClock>();
///   StreamingContext ssc(testing::inline_options(clock));
///   auto [queue, words] = ssc.queue_stream<std::string>();
///   auto counts = testing::capture(words.count_by_value());
///   testing::BatchDriver driver(ssc);
///   queue.push({"a", "b", "a"});
///   driver.run_batch();                   // counts.last() is {("a", 2), ("b", 1)}, in some order
///
/// Not thread-safe.
class DSTREAM_EXPORT BatchDriver {
 public:
  /// Throws Errc::invalid_argument unless the context's trigger is Trigger::manual.
  explicit BatchDriver(StreamingContext& context);

  /// Starts the context if it has not been, makes one batch of what the sources have, one interval
  /// after the last one, and waits for its commit. Rethrows the error that stopped the context.
  void run_batch();
  void run_batches(std::size_t count);

  /// Queues a batch that holds these blocks, per source in the order of definition, and returns at
  /// once; the sources are not asked. For benchmarks and replay.
  void submit(std::vector<std::vector<dstream::detail::BlockPtr>> blocks);
  /// Waits until all batches are committed. Rethrows the error that stopped the context.
  void drain();

 private:
  void start();
  Time next_time();

  StreamingContext& context_;
  Time last_;
  bool started_ = false;
};

}  // namespace testing
}  // namespace v1
}  // namespace dstream
