#include "dstream/stats_report_listener.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace {

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

std::size_t checked(std::size_t batches) {
  if (batches > 0) return batches;
  throw Error(Errc::invalid_argument, "StatsReportListener: it needs at least one batch to report");
}

/// Quantiles as Spark's Distribution has them: the value at floor(p * n), the last one for p = 1.
std::string distribution(const char* name, std::vector<Duration> values) {
  std::sort(values.begin(), values.end());
  Duration sum(0);
  for (const Duration value : values) sum += value;
  std::string text = fmt::format("{}, last {} batches: mean {:.2f} ms", name, values.size(),
                                 milliseconds(sum) / static_cast<double>(values.size()));
  for (const std::size_t percent : {0U, 5U, 10U, 25U, 50U, 75U, 90U, 95U, 100U}) {
    const std::size_t at = std::min(percent * values.size() / 100, values.size() - 1);
    text += fmt::format(", {}% {:.2f}", percent, milliseconds(values[at]));
  }
  return text + "\n";
}

}  // namespace

StatsReportListener::StatsReportListener(std::size_t batches, std::shared_ptr<TextOutput> output)
    : batches_(checked(batches)), output_(output ? std::move(output) : stderr_output()) {}
StatsReportListener::~StatsReportListener() = default;

void StatsReportListener::on_batch_completed(const BatchInfo& info) {
  if (total_.size() == batches_) {
    total_.erase(total_.begin());
    processing_.erase(processing_.begin());
  }
  total_.push_back(info.total_delay());
  processing_.push_back(info.processing_delay());
  output_->write(distribution("Total delay", total_) +
                 distribution("Processing time", processing_));
}

}  // namespace v1
}  // namespace dstream
