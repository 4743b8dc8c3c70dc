#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "engine.h"
#include "machine.h"
#include "publish_output.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

struct Event {
  std::int64_t time;
  std::int64_t key;
  std::int64_t value;
  std::int64_t unused;
};
static_assert(sizeof(Event) == 32);

constexpr auto kInterval = std::chrono::milliseconds(1);

/// Runs `produce(begin, end)` in as many threads as there are producers, each with its share; two
/// on a core each, or the kernel may run them one after the other.
template <class Produce>
void run_producers(int producers, std::int64_t records, const Produce& produce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < producers; ++i) {
    threads.emplace_back([=, &produce] {
      if (producers > 1) take_core(static_cast<std::size_t>(i));
      produce(records * i / producers, records * (i + 1) / producers);
    });
  }
}

Event event_at(std::int64_t i) { return {i, i & 1023, i ^ 7, 0}; }

/// A context that counts what is pushed, every millisecond.
class CountJob {
 public:
  CountJob() : context_(options()), input_(context_.inlet<Event>()) {
    on_publish(input_.second.count(), [this](const auto& blocks, const BatchInfo&) {
      for_each_published<std::int64_t>(blocks, [this](std::int64_t count) { counted_ += count; });
      counted_.notify_one();
    });
    context_.start();
  }

  void push(int producers, std::int64_t records) {
    run_producers(producers, records, [this](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) input_.first.push(event_at(i));
    });
  }
  /// Waits until as many records have been counted and committed.
  void await(std::int64_t records) const {
    for (std::int64_t seen = counted_; seen < records; seen = counted_) counted_.wait(seen);
  }
  std::int64_t counted() const { return counted_; }

 private:
  static Options options() {
    Options options = engine_options({1, 1});
    options.trigger = Trigger::interval;
    options.batch_interval = kInterval;
    return options;
  }

  std::atomic<std::int64_t> counted_{0};
  StreamingContext context_;
  std::pair<Inlet<Event>, DStream<Event>> input_;
};

/// The context lives for one run, since its ticks would disturb the rivals.
class EngineInlet final : public Runner {
 public:
  EngineInlet(int producers, std::int64_t records) : producers_(producers), records_(records) {}

  double run() override {
    const std::int64_t warm_up = records_ / 10;
    CountJob job;
    job.push(producers_, warm_up);
    job.await(warm_up);
    const Stopwatch watch;
    job.push(producers_, records_);
    job.await(warm_up + records_);
    const double seconds = watch.seconds();
    counted_ = job.counted() - warm_up;
    return seconds;
  }
  Digest digest() override { return digest_of(std::vector<std::int64_t>{counted_}); }

 private:
  const int producers_;
  const std::int64_t records_;
  std::int64_t counted_ = 0;
};

/// A vector behind a mutex, which a consumer swaps out every millisecond.
class MutexInlet final : public Runner {
 public:
  MutexInlet(int producers, std::int64_t records) : producers_(producers), records_(records) {}

  double run() override {
    counted_ = 0;
    const Stopwatch watch;
    std::jthread consumer([this] { consume(); });
    run_producers(producers_, records_, [this](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        std::lock_guard lock(mutex_);
        pushed_.push_back(event_at(i));
      }
    });
    consumer.join();
    return watch.seconds();
  }
  Digest digest() override { return digest_of(std::vector<std::int64_t>{counted_}); }

 private:
  void consume() {
    std::vector<Event> taken;
    auto due = std::chrono::steady_clock::now();
    while (counted_ < records_) {
      due += kInterval;
      std::this_thread::sleep_until(due);
      taken.clear();
      {
        std::lock_guard lock(mutex_);
        taken.swap(pushed_);
      }
      counted_ += static_cast<std::int64_t>(taken.size());
    }
  }

  const int producers_;
  const std::int64_t records_;
  std::int64_t counted_ = 0;
  std::mutex mutex_;
  std::vector<Event> pushed_;
};

}  // namespace

Comparison inlet_workload() {
  const auto records = std::make_shared<std::int64_t>(0);
  const auto engine = [records](int producers) {
    return [=]() -> std::unique_ptr<Runner> {
      return std::make_unique<EngineInlet>(producers, *records);
    };
  };
  const auto hand = [records](int producers) {
    return [=]() -> std::unique_ptr<Runner> {
      return std::make_unique<MutexInlet>(producers, *records);
    };
  };
  return {"inlet",
          "single 32-byte structs pushed by threads of the host, drained and counted every 1 ms",
          [records](const Settings& settings) {
            *records = static_cast<std::int64_t>(settings.scaled(20'000'000, 10'000));
            return static_cast<std::uint64_t>(*records);
          },
          [] {},
          {{"inlet.push, 1 producer", 2, engine(1)},
           {"mutex and vector, 1 producer", 2, hand(1)},
           {"inlet.push, 2 producers", 2, engine(2)},
           {"mutex and vector, 2 producers", 2, hand(2)}},
          {{"inlet.push, 1 producer / mutex and vector", "inlet.push, 1 producer",
            "mutex and vector, 1 producer", 1.5},
           {"inlet.push, 2 producers / mutex and vector", "inlet.push, 2 producers",
            "mutex and vector, 2 producers", 4}}};
}

}  // namespace dstream::bench
