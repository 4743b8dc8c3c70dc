#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <dstream/listener.h>
#include <dstream/text_output.h>

namespace dstream {
inline namespace v1 {

/// After every batch writes how the total delays and the processing delays of the last `batches`
/// batches are distributed, as Spark's StatsReportListener does:
///
///   Total delay, last 10 batches: mean 3.10 ms, 0% 2.00, 5% 2.00, 10% 2.10, 25% 2.40, …
class DSTREAM_EXPORT StatsReportListener final : public StreamingListener {
 public:
  /// `output` null: stderr. Throws Error{Errc::invalid_argument} for no batches.
  explicit StatsReportListener(std::size_t batches = 10,
                               std::shared_ptr<TextOutput> output = nullptr);
  ~StatsReportListener() override;

  void on_batch_completed(const BatchInfo& info) override;

 private:
  const std::size_t batches_;
  const std::shared_ptr<TextOutput> output_;
  std::vector<Duration> total_;  // of the last batches, oldest first
  std::vector<Duration> processing_;
};

}  // namespace v1
}  // namespace dstream
