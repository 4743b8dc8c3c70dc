#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>
#include <dstream/testing/capturing_sink.h>

#include "harness.h"
#include "results.h"
#include "timing.h"

namespace dstream::bench {

/// Executors and slots of a context.
struct EngineSize {
  std::uint32_t executors = 1;
  std::uint32_t slots = 1;
};

/// A source whose batches are handed to the scheduler ready-made.
class PrefilledSource final : public detail::InputSource {
 public:
  void cut(Time, Time, std::vector<detail::BlockPtr>&) override {}
};

inline Options engine_options(EngineSize size) {
  Options options;
  options.app_name = "dstream_bench";
  options.trigger = Trigger::manual;
  options.executors = size.executors;
  options.slots = size.slots;
  return options;
}

/// A started context that runs prefilled batches back to back, from the first submission to the
/// last COMMIT, and keeps the results.
template <class In, class Out>
class EngineRunner final : public Runner {
 public:
  using Batches = std::vector<std::vector<detail::BlockPtr>>;

  /// `build` makes the output stream out of the input stream.
  template <class Build>
  EngineRunner(Options options, Batches batches, const Build& build)
      : batches_(std::move(batches)),
        context_(std::move(options)),
        captured_(testing::capture(
            build(context_.add_source<In>("prefilled", std::make_shared<PrefilledSource>())))),
        driver_(context_) {
    context_.start();
  }

  double run() override {
    const Stopwatch watch;
    for (const auto& blocks : batches_) driver_.submit({blocks});
    driver_.drain();
    return watch.seconds();
  }
  Digest digest() override {
    const auto batches = captured_.batches();
    captured_.clear();
    return digest_records(batches);
  }

 private:
  template <class Record>
  static Digest digest_records(const std::vector<Batch<Record>>& batches) {
    if constexpr (PairLike<Record>) {
      using Pair = Owned<Record>;
      std::vector<KeyedResult<typename Pair::first_type, typename Pair::second_type>> results;
      for (const auto& batch : batches) results.push_back({batch.records});
      return digest_of(results);
    } else {
      std::vector<Record> results;
      for (const auto& batch : batches) {
        results.insert(results.end(), batch.records.begin(), batch.records.end());
      }
      return digest_of(results);
    }
  }

  Batches batches_;
  StreamingContext context_;
  testing::Captured<Out> captured_;
  testing::BatchDriver driver_;
};

/// Makes an EngineRunner; the output's type follows from `build`.
template <class In, class Build>
std::unique_ptr<Runner> engine_runner(Options options,
                                      std::vector<std::vector<detail::BlockPtr>> batches,
                                      const Build& build) {
  using Out = typename std::invoke_result_t<const Build&, DStream<In>>::value_type;
  return std::make_unique<EngineRunner<In, Out>>(std::move(options), std::move(batches), build);
}

/// One block per batch.
template <class Block>
std::vector<std::vector<detail::BlockPtr>> one_block_each(const std::vector<Block>& blocks) {
  std::vector<std::vector<detail::BlockPtr>> batches;
  for (const Block& block : blocks) batches.push_back({block});
  return batches;
}

/// The text's blocks, batch by batch.
template <class Text>
std::vector<std::vector<detail::BlockPtr>> text_batches(const Text& text) {
  std::vector<std::vector<detail::BlockPtr>> batches;
  for (const auto& blocks : text.blocks) batches.emplace_back(blocks.begin(), blocks.end());
  return batches;
}

/// Data that a workload makes when it runs and drops afterwards.
template <class Data>
class Held {
 public:
  void set(std::shared_ptr<const Data> data) { *data_ = std::move(data); }
  void reset() { data_->reset(); }
  const Data& operator*() const { return **data_; }
  const Data* operator->() const { return data_->get(); }

 private:
  std::shared_ptr<std::shared_ptr<const Data>> data_ =
      std::make_shared<std::shared_ptr<const Data>>();
};

}  // namespace dstream::bench
