#include <dstream/testing/batch_driver.h>

#include <atomic>

#include "engine.h"
#include "publish_output.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

constexpr std::uint32_t kPartitions = 8;

/// Runs batches without records back to back: the COMMIT of one submits the next, as it does where
/// batches queue up.
class EmptyBatches final : public Runner {
 public:
  EmptyBatches(std::uint32_t executors, std::int64_t count)
      : count_(count), context_(options(executors)), driver_(context_) {
    build();
    for (std::uint32_t i = 0; i < kPartitions; ++i) {
      blocks_.push_back(BlockBuilder<Pair>().finish());
    }
    context_.start();
  }

  double run() override {
    const Stopwatch watch;
    left_ = count_;
    done_ = false;
    submit();
    done_.wait(false);
    const double seconds = watch.seconds();
    driver_.drain();
    return seconds;
  }
  Digest digest() override { return {}; }

 private:
  using Pair = std::pair<std::int64_t, std::int64_t>;

  static Options options(std::uint32_t executors) {
    Options options = engine_options({executors, 1});
    options.default_partitions = kPartitions;
    options.run_empty_tasks = true;
    return options;
  }
  void build() {
    const auto sum = [](std::int64_t a, std::int64_t b) { return a + b; };
    const auto swap = [](const Pair& pair) { return Pair(pair.second, pair.first); };
    const auto pairs = context_.add_source<Pair>("prefilled", std::make_shared<PrefilledSource>());
    on_publish(pairs.reduce_by_key(sum).map(swap).reduce_by_key(sum),
               [this](const auto&, const BatchInfo&) { committed(); });
  }
  void submit() { driver_.submit({blocks_}); }
  void committed() {
    if (--left_ > 0) return submit();
    done_ = true;
    done_.notify_one();
  }

  const std::int64_t count_;
  std::int64_t left_ = 0;
  std::atomic<bool> done_{false};
  std::vector<detail::BlockPtr> blocks_;
  StreamingContext context_;
  testing::BatchDriver driver_;
};

}  // namespace

Comparison empty_batch_workload() {
  const auto count = std::make_shared<std::int64_t>(0);
  const auto with = [count](std::uint32_t executors) {
    return [count, executors] { return std::make_unique<EmptyBatches>(executors, *count); };
  };
  return {"empty_batch",
          "batches without records back to back: 3 stages, 8 tasks each; a record is a batch",
          [count](const Settings& settings) {
            *count = static_cast<std::int64_t>(settings.scaled(20'000, 100));
            return static_cast<std::uint64_t>(*count);
          },
          [] {},
          {{"1 executor", 1, with(1)}, {"2 executors", 2, with(2)}},
          {},
          {{"empty batch, 1 executor", "1 executor", 10},
           {"empty batch, 2 executors", "2 executors", 100}}};
}

}  // namespace dstream::bench
