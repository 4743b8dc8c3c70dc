#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <dstream/source_range.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// The figures of one batch. Delays are there once the stage that they measure has been reached.
struct BatchInfo {
  Time batch_time;                     ///< end of the last tick that the batch covers
  Time from;                           ///< end of the batch before: the batch covers (from, batch_time]
  std::uint64_t records = 0;           ///< records received in the batch, all sources together
  std::vector<SourceRange> sources;    ///< per source, in order of definition
  Time submission_time;                ///< when the batch was handed to the scheduler
  std::optional<Time> processing_start;
  std::optional<Time> processing_end;
  std::uint32_t failed_attempts = 0;   ///< task attempts that threw and were repeated

  /// Submission to start, as far as known: Spark's schedulingDelay.
  Duration scheduling_delay() const {
    return processing_start ? *processing_start - submission_time : Duration(0);
  }
  /// Start to end, as far as known: Spark's processingDelay.
  Duration processing_delay() const {
    return processing_end && processing_start ? *processing_end - *processing_start : Duration(0);
  }
  /// Submission to end: Spark's totalDelay.
  Duration total_delay() const { return scheduling_delay() + processing_delay(); }
};

}  // namespace v1
}  // namespace dstream
