#pragma once

#include <cstdint>
#include <string>

namespace dstream {
inline namespace v1 {

/// What happens when an output has failed in all of its attempts (Options::max_task_failures).
enum class OutputFailure : std::uint8_t {
  stop,  ///< the batch fails, the context stops, await_termination() throws the error
  /// The output of this batch is left out; other outputs and later batches go on. Counted in
  /// BatchInfo::skipped_outputs and StreamingContext::skipped_outputs(), and told to listeners with
  /// the reason. A sink's staged writes of the batch are aborted, in all partitions; what a
  /// print, for_each or foreach_rdd has done by then stays done.
  skip,
};

/// Settings that every output operation takes.
struct OutputOptions {
  /// For people: listeners, explain(), messages.
  std::string name = {};
  OutputFailure on_failure = OutputFailure::stop;
};

/// How `for_each` calls its function.
struct ForEachOptions {
  /// From several tasks at a time, in no order. The function must then be callable as const.
  bool parallel = false;
  std::string name = {};
  OutputFailure on_failure = OutputFailure::stop;
};

/// How `write_to` writes.
struct WriteOptions {
  /// Identity of the output across restarts: WriteKey::sink_uid. Empty: "output-N", N its number in
  /// order of definition.
  std::string uid = {};
  std::string name = {};
  OutputFailure on_failure = OutputFailure::stop;
  /// 0: one per task of the stage that writes; 1: all records of a batch in one, in slice order;
  /// more, up to 128: records are dealt out anew, as by repartition().
  std::uint32_t partitions = 0;
};

/// How the `save_as_*` outputs write their files.
struct SaveOptions {
  std::string name = {};
  OutputFailure on_failure = OutputFailure::stop;
  /// Batches without records make no directory. By default they make an empty one, as in Spark.
  bool skip_empty = false;
  /// Syncs part files before COMMIT and directories after it: a saved batch survives a loss of
  /// power. Without, it survives the death of the process only.
  bool sync = true;
  /// As WriteOptions::partitions: a part file each.
  std::uint32_t partitions = 0;
  /// Of save_as_csv_files: each file begins with a line of column names.
  bool csv_header = true;
};

}  // namespace v1
}  // namespace dstream
