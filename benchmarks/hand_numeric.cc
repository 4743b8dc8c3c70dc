#include "hand_numeric.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>
#include <tbb/task_arena.h>

#include "crew.h"
#include "hand_batch.h"
#include "random.h"

namespace dstream::bench {
namespace {

constexpr std::size_t kSamplesPerBatch = 2'000'000;

Sample fold(const Sample* begin, const Sample* end, Sample folded) {
  for (const Sample* sample = begin; sample != end; ++sample) {
    const Sample mapped = calibrate(*sample);
    if (!is_loud(mapped)) continue;
    folded = sum_and_latest(folded, energy(mapped));
  }
  return folded;
}

Sample fold_branchless(const Sample* begin, const Sample* end) {
  Sample folded{0, 0};
  for (const Sample* sample = begin; sample != end; ++sample) {
    const Sample mapped = calibrate(*sample);
    const auto wanted = static_cast<std::int64_t>(is_loud(mapped));
    const Sample next = energy(mapped);
    folded.value += next.value * static_cast<double>(wanted);
    const std::int64_t time = next.time & -wanted;
    folded.time = time > folded.time ? time : folded.time;
  }
  return folded;
}

class NumericByHand {
 public:
  explicit NumericByHand(int threads) : crew_(threads) {}

  Sample operator()(const NumericData::Batch& batch) {
    const auto& samples = batch->array();
    Sample folded[2] = {};
    crew_.run([&](int worker) {
      const auto [begin, end] = share(samples.size(), worker, crew_.threads());
      folded[worker] = fold(samples.data() + begin, samples.data() + end, {0, 0});
    });
    return crew_.threads() == 1 ? folded[0] : sum_and_latest(folded[0], folded[1]);
  }

 private:
  Crew crew_;
};

class NumericBranchless {
 public:
  Sample operator()(const NumericData::Batch& batch) {
    const auto& samples = batch->array();
    return fold_branchless(samples.data(), samples.data() + samples.size());
  }
};

class NumericByTbb {
 public:
  explicit NumericByTbb(int threads) : arena_(threads) {}

  Sample operator()(const NumericData::Batch& batch) {
    const auto& samples = batch->array();
    return arena_.execute([&] {
      return tbb::parallel_reduce(
          tbb::blocked_range<std::size_t>(0, samples.size(), 16'384), Sample{0, 0},
          [&](const tbb::blocked_range<std::size_t>& range, const Sample& folded) {
            return fold(samples.data() + range.begin(), samples.data() + range.end(), folded);
          },
          sum_and_latest);
    });
  }

 private:
  tbb::task_arena arena_;
};

}  // namespace

std::shared_ptr<const NumericData> make_samples(const Settings& settings) {
  auto data = std::make_shared<NumericData>();
  RandomSequence random(11);
  const std::size_t count = settings.scaled(kSamplesPerBatch, 1000);
  for (std::int64_t batch = 0; batch < 10; ++batch) {
    BlockBuilder<Sample> builder;
    builder.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      builder.append(Sample{batch * 1'000'000 + static_cast<std::int64_t>(i),
                            static_cast<double>(random.below(1000))});
    }
    data->batches.push_back(builder.finish());
  }
  return data;
}

std::unique_ptr<Runner> hand_numeric(const NumericData& data, int threads) {
  return hand_runner<NumericByHand>(data.batches, threads);
}

std::unique_ptr<Runner> hand_numeric_branchless(const NumericData& data) {
  return hand_runner<NumericBranchless>(data.batches);
}

std::unique_ptr<Runner> tbb_numeric(const NumericData& data, int threads) {
  return hand_runner<NumericByTbb>(data.batches, threads);
}

}  // namespace dstream::bench
