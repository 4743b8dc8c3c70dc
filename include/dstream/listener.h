#pragma once

#include <cstdint>
#include <string>

#include <dstream/batch_info.h>
#include <dstream/export.h>
#include <dstream/receiver_info.h>

namespace dstream {
inline namespace v1 {

/// Told what happens in a context. Events come in order on a thread of their own, from a bounded
/// queue: a slow listener never slows a batch, it loses events, which are counted
/// (StreamingContext::dropped_events()). What a listener throws is ignored and counted, too.
class DSTREAM_EXPORT StreamingListener {
 public:
  virtual ~StreamingListener();
  virtual void on_streaming_started(Time) {}
  /// A receiver has begun to receive, also after a restart.
  virtual void on_receiver_started(const ReceiverInfo&) {}
  /// A receiver has had an error (ReceiverStatus::last_error); it goes on or starts again.
  virtual void on_receiver_error(const ReceiverInfo&) {}
  /// A receiver has stopped: by itself, for a restart, or with its context.
  virtual void on_receiver_stopped(const ReceiverInfo&) {}
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
