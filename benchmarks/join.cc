#include "engine.h"
#include "hand_join.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

/// As EngineRunner, for two sources.
class JoinByEngine final : public Runner {
  using Pair = JoinData::Pair;
  using Joined = std::pair<std::uint64_t, Pair>;

 public:
  JoinByEngine(const JoinData& data, int slots)
      : data_(data),
        context_(engine_options({1, static_cast<std::uint32_t>(slots)})),
        left_(context_.add_source<Pair>("left", std::make_shared<PrefilledSource>())),
        right_(context_.add_source<Pair>("right", std::make_shared<PrefilledSource>())),
        captured_(testing::capture(left_.join(right_))),
        driver_(context_) {
    context_.start();
  }

  double run() override {
    const Stopwatch watch;
    for (const JoinData::Batch& batch : data_.batches) {
      driver_.submit({{batch.left}, {batch.right}});
    }
    driver_.drain();
    return watch.seconds();
  }
  Digest digest() override {
    std::vector<JoinResult> results;
    for (const auto& batch : captured_.batches()) results.push_back({batch.records});
    captured_.clear();
    return digest_of(results);
  }

 private:
  const JoinData& data_;
  StreamingContext context_;
  DStream<Pair> left_;
  DStream<Pair> right_;
  testing::Captured<Joined> captured_;
  testing::BatchDriver driver_;
};

}  // namespace

Comparison join_workload() {
  Held<JoinData> held;
  const auto engine = [held](int slots) {
    return [held, slots] { return std::make_unique<JoinByEngine>(*held, slots); };
  };
  return {"join",
          "join of two batches of 5 M records by an 8-byte key, 90 % hit",
          [held](const Settings& settings) mutable {
            held.set(make_join_data(settings));
            return 2 * held->batches.front().left->size();
          },
          [held]() mutable { held.reset(); },
          {{"engine, 1 slot", 1, engine(1)},
           {"hand, 1 thread", 1, [held] { return hand_join(*held); }},
           {"engine, 2 slots", 2, engine(2)}},
          {{"join, 1 slot / hand, 1 thread", "engine, 1 slot", "hand, 1 thread", 0.8},
           {"join, 2 slots / hand, 1 thread", "engine, 2 slots", "hand, 1 thread", 1.4}}};
}

}  // namespace dstream::bench
