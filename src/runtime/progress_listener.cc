#include "dstream/progress_listener.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/time_format.h"

namespace dstream {
inline namespace v1 {
namespace {

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

ProgressOptions completed(ProgressOptions options) {
  if (!options.output) options.output = stderr_output();
  return options;
}

}  // namespace

ProgressListener::ProgressListener(ProgressOptions options)
    : options_(completed(std::move(options))) {}
ProgressListener::~ProgressListener() = default;

void ProgressListener::on_streaming_started(Time time) { shown_at_ = time; }

void ProgressListener::on_batch_submitted(const BatchInfo& info) {
  if (queued_.size() < kMaxQueued) queued_.push_back(info.batch_time);
}

void ProgressListener::on_batch_completed(const BatchInfo& info) {
  // By time, not by count: batches that wait may be run as one.
  std::erase_if(queued_, [&](Time time) { return time <= info.batch_time; });
  records_ += info.records;
  skipped_ += info.skipped_outputs;
  const Time now = *info.processing_end;
  const Duration passed = now - shown_at_;
  if (shown_ && passed < options_.every) return;
  const double seconds = milliseconds(passed) / 1e3;
  std::string line = fmt::format(
      "batch {} | {} records, {:.0f}/s | delay {:.2f} + {:.2f} ms | {} queued",
      detail::time_of_day(info.batch_time), info.records,
      seconds > 0 ? static_cast<double>(records_) / seconds : 0,
      milliseconds(info.scheduling_delay()), milliseconds(info.processing_delay()), queued_.size());
  if (skipped_ > 0) line += fmt::format(" | {} skipped", skipped_);
  shown_ = true;
  shown_at_ = now;
  records_ = 0;
  show(std::move(line));
}

void ProgressListener::on_batch_failed(const BatchInfo& info, const std::string& message) {
  show(fmt::format("batch {} failed: {}", detail::time_of_day(info.batch_time), message));
  if (options_.in_place) options_.output->write("\n");
}

void ProgressListener::show(std::string line) {
  if (options_.in_place) {
    const std::size_t width = line.size();
    line.insert(0, 1, '\r');
    if (width < width_) line.append(width_ - width, ' ');
    width_ = width;
  } else {
    line += '\n';
  }
  options_.output->write(line);
}

}  // namespace v1
}  // namespace dstream
