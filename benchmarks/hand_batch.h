#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness.h"
#include "results.h"
#include "timing.h"

namespace dstream::bench {

/// Runs `per_batch(inputs[i])` over all batches, one after the other, and keeps the results.
template <class Input, class PerBatch>
class HandRunner final : public Runner {
 public:
  using Result = std::invoke_result_t<PerBatch&, const Input&>;

  HandRunner(const std::vector<Input>& inputs, std::unique_ptr<PerBatch> per_batch)
      : inputs_(inputs), per_batch_(std::move(per_batch)) {}

  double run() override {
    const Stopwatch watch;
    results_.reserve(inputs_.size());
    for (const Input& input : inputs_) results_.push_back((*per_batch_)(input));
    return watch.seconds();
  }
  Digest digest() override { return digest_of(std::exchange(results_, {})); }

 private:
  const std::vector<Input>& inputs_;
  std::unique_ptr<PerBatch> per_batch_;
  std::vector<Result> results_;
};

template <class PerBatch, class Input, class... Args>
std::unique_ptr<Runner> hand_runner(const std::vector<Input>& inputs, Args&&... args) {
  return std::make_unique<HandRunner<Input, PerBatch>>(
      inputs, std::make_unique<PerBatch>(std::forward<Args>(args)...));
}

}  // namespace dstream::bench
