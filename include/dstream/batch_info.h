#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <dstream/source_range.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// What one output operation did with one batch.
struct OutputOperationInfo {
  Time batch_time;
  std::uint32_t id = 0;        ///< the output's number, in order of definition
  std::string name;            ///< the one that the user gave it, else its operation: "for_each"
  std::string description;     ///< operation and the line that made it: "for_each at main.cc:12"
  std::optional<Time> start;   ///< its stage became ready; for channels: its turn came after COMMIT
  std::optional<Time> end;     ///< done; for sinks: committed
  std::string failure_reason;  ///< empty unless the output failed
  std::uint64_t failed_aborts = 0;  ///< calls of its sink's abort that threw, since the start

  /// Start to end, as far as known.
  Duration duration() const { return start && end ? *end - *start : Duration(0); }
};

/// What one stage did with one batch: how much, for how long, how evenly.
struct StageInfo {
  std::uint32_t id = 0;    ///< as in explain()
  std::string operations;  ///< "map -> filter -> for_each"
  std::uint64_t tasks = 0;
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;  ///< into shuffles and collected results
  std::uint64_t failed_attempts = 0;
  Duration busy{0};  ///< time in tasks, all together
  Duration longest_task{0};

  /// The longest task as a multiple of the mean one; 1 where there is nothing to compare.
  double skew() const {
    return busy.count() == 0 ? 1.0
                             : static_cast<double>(longest_task.count()) *
                                   static_cast<double>(tasks) / static_cast<double>(busy.count());
  }
};

/// The figures of one batch. Delays are there once the stage that they measure has been reached.
struct BatchInfo {
  Time batch_time;            ///< end of the last tick that the batch covers
  Time from;                  ///< end of the batch before: the batch covers (from, batch_time]
  std::uint64_t records = 0;  ///< records received in the batch, all sources together
  std::vector<SourceRange> sources;  ///< per source, in order of definition
  Time submission_time;              ///< when the batch was handed to the scheduler
  std::optional<Time> processing_start;
  std::optional<Time> processing_end;
  std::uint32_t failed_attempts = 0;  ///< task attempts that threw and were repeated
  std::uint32_t skipped_outputs = 0;  ///< outputs left out by OutputFailure::skip
  /// For listeners only: the outputs in order of definition, known from the submission on.
  std::vector<OutputOperationInfo> outputs;
  /// For listeners only, of batches that are done.
  std::vector<StageInfo> stages;

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
