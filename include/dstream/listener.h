#pragma once

#include <cstdint>
#include <string>

#include <dstream/batch_info.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// Told what happens in a context. Events come in order on a thread of their own, from a bounded
/// queue: a slow listener never slows a batch, it loses events, which are counted
/// (StreamingContext::dropped_events()). What a listener throws is ignored and counted, too.
class DSTREAM_EXPORT StreamingListener {
 public:
  virtual ~StreamingListener();
  virtual void on_streaming_started(Time) {}
  /// A batch is handed to the scheduler; no delays are known.
  virtual void on_batch_submitted(const BatchInfo&) {}
  /// Its first task is about to start; the scheduling delay is known.
  virtual void on_batch_started(const BatchInfo&) {}
  /// Committed and published; all figures are known.
  virtual void on_batch_completed(const BatchInfo&) {}
  /// A batch has failed for good; the context stops.
  virtual void on_batch_failed(const BatchInfo&, const std::string& /*message*/) {}
};

}  // namespace v1
}  // namespace dstream
