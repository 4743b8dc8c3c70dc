#include "engine.h"
#include "hand_sort.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

/// Runs the batch; the digest looks at the order, unlike that of EngineRunner.
template <class Number>
class SortRunner final : public Runner {
 public:
  SortRunner(const SortData& data, int slots)
      : blocks_(one_block_each(data.batches<Number>()).front()),
        context_(engine_options({1, static_cast<std::uint32_t>(slots)})),
        sorted_(testing::capture(
            context_.add_source<Number>("prefilled", std::make_shared<PrefilledSource>())
                .sort_by([](Number number) { return number; }))),
        driver_(context_) {
    context_.start();
  }

  double run() override {
    const Stopwatch watch;
    driver_.submit({blocks_});
    driver_.drain();
    return watch.seconds();
  }
  Digest digest() override {
    const Digest digest = digest_sorted(sorted_.last());
    sorted_.clear();
    return digest;
  }

 private:
  std::vector<detail::BlockPtr> blocks_;
  StreamingContext context_;
  testing::Captured<Number> sorted_;
  testing::BatchDriver driver_;
};

template <class Number>
std::unique_ptr<Runner> engine_sort(const SortData& data, int slots) {
  return std::make_unique<SortRunner<Number>>(data, slots);
}

template <class Number>
Comparison sort_workload_of(const std::string& name, const std::string& kind) {
  Held<SortData> integers;
  const auto with = [integers](auto make, int threads) {
    return [integers, make, threads] { return make(*integers, threads); };
  };
  return {name,
          "sort_by over 10 M random " + kind + " integers in one batch",
          [integers](const Settings& settings) mutable {
            integers.set(make_integers(settings));
            return integers->template batches<Number>().front()->size();
          },
          [integers]() mutable { integers.reset(); },
          {{"engine, 1 slot", 1, with(engine_sort<Number>, 1)},
           {"std::sort, 1 thread", 1, [integers] { return hand_sort<Number>(*integers); }},
           {"engine, 2 slots", 2, with(engine_sort<Number>, 2)},
           {"oneTBB, 2 threads", 2, with(tbb_sort<Number>, 2)}},
          {{name + ", 1 slot / std::sort", "engine, 1 slot", "std::sort, 1 thread", 0.8},
           {name + ", 2 slots / std::sort", "engine, 2 slots", "std::sort, 1 thread", 1.5},
           {name + ", 2 slots / oneTBB, 2 threads", "engine, 2 slots", "oneTBB, 2 threads", 0}}};
}

}  // namespace

Comparison sort_workload() { return sort_workload_of<std::int64_t>("sort_by", "64-bit"); }
Comparison sort32_workload() { return sort_workload_of<std::int32_t>("sort_by_32", "32-bit"); }

}  // namespace dstream::bench
