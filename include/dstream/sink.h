#pragma once

#include <cstdint>
#include <string>

#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// Names one write of one batch, so that a sink can tell a repeated write from a new one: the
/// idempotence key is (sink uid, batch time, partition); the attempt only tells stagings apart.
struct WriteKey {
  std::string sink_uid;
  Time batch_time;
  std::uint32_t partition = 0;  ///< the task's number in its stage, the same in every repetition
  std::uint32_t attempt = 0;
};

namespace detail {

/// What a sink does whatever the type of its records.
class DSTREAM_EXPORT SinkBase {
 public:
  virtual ~SinkBase();
  virtual void begin(const WriteKey& key) = 0;
  /// After this the write survives a crash; the returned handle finds it again.
  virtual std::string prepare(const WriteKey& key) = 0;
  virtual void commit(const WriteKey& key, const std::string& handle) = 0;
  /// `handle` is empty where the attempt had not been prepared.
  virtual void abort(const WriteKey& key, const std::string& handle) = 0;
};

}  // namespace detail

/// The contract of outputs that take part in the batch protocol; see DStream::write_to.
///
/// Each task that writes calls begin, write for every record, and prepare, before the batch's
/// COMMIT. After COMMIT follows commit for every partition, in order of partitions, batches in time
/// order; where the batch fails, or its output is skipped, abort instead. A task that is repeated
/// first aborts its previous attempt, whatever that attempt had reached: begin may have thrown.
///
/// commit and abort are idempotent: a commit that throws is repeated, up to
/// Options::max_task_failures attempts, and after a crash both are called again. What abort throws
/// is ignored and counted (OutputOperationInfo::failed_aborts).
///
/// Calls for one key come one after the other; different partitions are written by several threads
/// at a time, and while one batch is committed others may be written. Calls may wait for a bounded
/// time: begin, write and prepare, and abort before a repeated task, occupy a thread that executes
/// tasks; commit, and abort of a whole batch, a thread that drives the batches. Where prepare's
/// handle makes commit possible after a crash, and commit is idempotent, each batch is in the sink
/// exactly once.
template <class T>
class Sink : public detail::SinkBase {
 public:
  virtual void write(const WriteKey& key, const T& record) = 0;
};

}  // namespace v1
}  // namespace dstream
