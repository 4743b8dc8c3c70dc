#pragma once

#include <cstdint>
#include <vector>

#include <dstream/export.h>
#include <dstream/source_range.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// What a batch holds, decided before anything is computed: a repeated batch with the same record
/// gives the same results.
struct AllocRecord {
  Time batch_time;
  Time from;  ///< the batch covers (from, batch_time]
  std::vector<SourceRange> sources;
  std::uint32_t default_partitions = 0;
  std::uint32_t slice_records = 0;
};

/// The batch protocol's durable side: ALLOC → compute → PREPARE → COMMIT → PUBLISH. The no-op form
/// is used unless Options::batch_log says otherwise. Calls come from one thread at a time, in
/// batch-time order for each kind of record.
class DSTREAM_EXPORT BatchLog {
 public:
  virtual ~BatchLog();
  /// A batch's content is decided. Must be durable before the batch's first external effect.
  virtual void alloc(const AllocRecord& record) = 0;
  /// All of the batch is computed and its outputs are ready to be committed.
  virtual void prepare(Time batch_time) = 0;
  /// The decision: when this returns, the batch is done. When it throws, the batch counts as not
  /// committed and its outputs are aborted, so a log must not throw once the record may be durable.
  virtual void commit(Time batch_time) = 0;
  /// The batch's results have been handed to their receivers. Not called where a sink's commit has
  /// failed for good and ended the context: what it prepared stays staged. When it throws, the
  /// context stops with that error; the batch stays committed.
  virtual void publish(Time batch_time) = 0;
};

}  // namespace v1
}  // namespace dstream
