#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <dstream/detail/durations.h>
#include <dstream/listener.h>
#include <dstream/text_output.h>

namespace dstream {
inline namespace v1 {

/// How a ProgressListener writes.
struct ProgressOptions {
  /// Where to; null: stderr.
  std::shared_ptr<TextOutput> output = nullptr;
  /// Each line replaces the one before, as terminals want it; otherwise each ends with a line end.
  bool in_place = true;
  /// At most one line per so much time between the ends of batches. The last batch before the end
  /// may thus not be shown.
  Duration every = std::chrono::milliseconds(100);
};

/// Shows how a context gets on, one line for the newest batch:
///
///   batch 12:00:01 | 5000 records, 4870/s | delay 0.12 + 2.31 ms | 0 queued | 1 skipped
///
/// Batch time in UTC; records of this batch, and records per second since the line before;
/// scheduling and processing delay; batches that were submitted and are not done; outputs left out
/// so far, where there are any. A batch that fails gets a line with its message.
class DSTREAM_EXPORT ProgressListener final : public StreamingListener {
 public:
  explicit ProgressListener(ProgressOptions options = {});
  ~ProgressListener() override;

  void on_streaming_started(Time time) override;
  void on_batch_submitted(const BatchInfo& info) override;
  void on_batch_completed(const BatchInfo& info) override;
  void on_batch_failed(const BatchInfo& info, const std::string& message) override;

 private:
  static constexpr std::size_t kMaxQueued = 1000;

  void show(std::string line);

  const ProgressOptions options_;
  bool shown_ = false;
  Time shown_at_;              // or the start
  std::uint64_t records_ = 0;  // since the line before
  std::uint64_t skipped_ = 0;
  std::vector<Time> queued_;  // submitted and not done, at most kMaxQueued
  std::size_t width_ = 0;     // of the line before
};

}  // namespace v1
}  // namespace dstream
