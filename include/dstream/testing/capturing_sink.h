#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <source_location>
#include <utility>
#include <vector>

#include <dstream/batch.h>
#include <dstream/stream.h>

namespace dstream {
inline namespace v1 {
namespace testing {

namespace detail {

/// Keeps the blocks of every batch; unbounded, for tests and benchmarks.
template <class T>
class CapturingOutput final : public dstream::detail::OutputOperation {
 public:
  CapturingOutput() : OutputOperation(dstream::detail::OutputPhase::publish) {}

  void publish(std::vector<dstream::detail::BlockPtr> blocks, const BatchInfo& info) override {
    std::lock_guard lock(mutex_);
    batches_.emplace_back(info, std::move(blocks));
  }
  std::vector<std::pair<BatchInfo, std::vector<dstream::detail::BlockPtr>>> batches() const {
    std::lock_guard lock(mutex_);
    return batches_;
  }
  void clear() {
    std::lock_guard lock(mutex_);
    batches_.clear();
  }

 private:
  mutable std::mutex mutex_;  // leaf
  std::vector<std::pair<BatchInfo, std::vector<dstream::detail::BlockPtr>>> batches_;
};

}  // namespace detail

/// What a stream has produced so far. A copyable handle; any thread.
template <class T>
class Captured {
 public:
  explicit Captured(std::shared_ptr<detail::CapturingOutput<T>> output)
      : output_(std::move(output)) {}

  /// All committed batches, oldest first.
  std::vector<Batch<T>> batches() const {
    std::vector<Batch<T>> result;
    for (auto& [info, blocks] : output_->batches()) {
      // The capturing output keeps the blocks, so this copies.
      result.push_back({info.batch_time, dstream::detail::take_records<T>(std::move(blocks))});
    }
    return result;
  }
  /// The newest batch's records; empty before the first.
  std::vector<Owned<T>> last() const {
    auto all = output_->batches();
    if (all.empty()) return {};
    return dstream::detail::take_records<T>(std::move(all.back().second));
  }
  /// The figures of all committed batches, oldest first.
  std::vector<BatchInfo> infos() const {
    std::vector<BatchInfo> result;
    for (auto& [info, blocks] : output_->batches()) result.push_back(info);
    return result;
  }
  std::size_t size() const { return output_->batches().size(); }
  void clear() { output_->clear(); }

 private:
  std::shared_ptr<detail::CapturingOutput<T>> output_;
};

/// Adds an output that keeps every batch of `stream` in memory.
template <class T>
Captured<T> capture(const DStream<T>& stream,
                    std::source_location where = std::source_location::current()) {
  auto output = std::make_shared<detail::CapturingOutput<T>>();
  stream.add_collecting_output({"capture", where}, output);
  return Captured<T>(std::move(output));
}

}  // namespace testing
}  // namespace v1
}  // namespace dstream
