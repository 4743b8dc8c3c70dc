#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/jobs.h"

namespace jobs {

/// What runs a job.
struct RunnerCase {
  std::string name;
  dstream::Options options;
};

/// Both runners, and executors in several sizes.
inline std::vector<RunnerCase> all_runners() {
  return {{"inline", by_hand()},
          {"1 executor, 2 slots", on_executors(1, 2)},
          {"3 executors, 2 slots", on_executors(3, 2)}};
}

/// A source's blocks.
template <class T>
using Blocks = std::vector<std::vector<T>>;

/// The records that the stream `build(stream of T)` has for one batch of these blocks.
template <class T, class Build>
auto one_batch(dstream::Options options, const Blocks<T>& blocks, const Build& build) {
  options.clock = std::make_shared<Clock>();  // the batch time is always the same
  dstream::StreamingContext ssc(options);
  auto [queue, stream] = ssc.queue_stream<T>();
  auto out = dstream::testing::capture(build(stream));
  dstream::testing::BatchDriver driver(ssc);
  queue.push_blocks(blocks);
  driver.run_batch();
  return out.last();
}

/// All records, end to end.
template <class T>
std::vector<T> joined(const Blocks<T>& blocks) {
  std::vector<T> all;
  for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

/// The slices that blocks are cut into.
template <class T>
Blocks<T> slices_of(const Blocks<T>& blocks, std::size_t slice_records) {
  Blocks<T> slices;
  for (const auto& block : blocks) {
    for (std::size_t i = 0; i < block.size(); i += slice_records) {
      const auto begin = block.begin() + static_cast<std::ptrdiff_t>(i);
      const auto count = std::min(slice_records, block.size() - i);
      slices.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
  }
  return slices;
}

}  // namespace jobs
