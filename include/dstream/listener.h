#pragma once

#include <cstdint>
#include <string>

#include <dstream/batch_info.h>
#include <dstream/export.h>
#include <dstream/receiver_info.h>

namespace dstream {
inline namespace v1 {

/// Told what happens in a context. Events come in order on a thread of their own, from a bounded
/// queue: a slow listener never slows a batch, it loses events, which are counted; what a listener
/// throws is ignored and counted, too (StreamingContext::listener_status()). One that never returns
/// is left behind when the context stops: keep what it uses alive by what it owns.
///
/// The order of a batch's events: submitted, started, per output operation started and completed,
/// completed or failed. Outputs of one stage are at work together, so their events may interleave;
/// so may those of different batches where several are in flight.
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
  /// An output operation of a batch begins; see OutputOperationInfo::start.
  virtual void on_output_operation_started(const OutputOperationInfo&) {}
  /// It is done, or has failed: then failure_reason says why. Not called for the batches that an
  /// immediate stop() abandons.
  virtual void on_output_operation_completed(const OutputOperationInfo&) {}
  /// Committed and published; all figures are known.
  virtual void on_batch_completed(const BatchInfo&) {}
  /// A batch has failed for good, for the reason in the message; the context stops.
  virtual void on_batch_failed(const BatchInfo&, const std::string& /*message*/) {}
};

/// How a context's listeners get on.
struct ListenerStatus {
  /// Events that were not delivered: the queue was full, or a listener was left behind.
  std::uint64_t dropped = 0;
  std::uint64_t thrown = 0;  ///< calls that ended with an exception
  /// A listener had not returned five seconds after stop(); its thread was detached.
  bool left_behind = false;
};

}  // namespace v1
}  // namespace dstream
