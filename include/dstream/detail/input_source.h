#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/block.h>
#include <dstream/export.h>
#include <dstream/receiver_info.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

class Clock;
struct Tunables;

namespace detail {

/// What may happen to a receiver; listeners are told.
enum class ReceiverEvent : std::uint8_t { started, error, stopped };

/// What a running source may ask of its context. All members are safe from any thread.
class DSTREAM_EXPORT SourceHost {
 public:
  virtual ~SourceHost();
  /// The source has data that a context with the arrival trigger should look at.
  virtual void data_arrived() = 0;
  /// A source failed for good: the context stops with this error.
  virtual void source_failed(std::exception_ptr error) = 0;
  /// A source drops a piece of input; goes to Options::dead_letters. Never throws.
  virtual void dead_letter(const char* source, std::string reason, std::string_view payload) = 0;
  /// A receiver has started, had an error or stopped; goes to the listeners.
  virtual void receiver_event(ReceiverEvent, const ReceiverInfo&) {}
  virtual Clock& clock() = 0;
  virtual bool wants_arrivals() const = 0;
};

/// Where a source stands on the way to its end; run_to_end() asks.
enum class SourceEnd : std::uint8_t {
  never,    ///< it has none
  open,     ///< there is nothing now; more may come until the source is closed
  ahead,    ///< the next batches have more
  reached,  ///< cut() has given everything, and nothing will come
};

/// An input of a context. start, cut, and stop are called by the context, one at a time; the data
/// side (host threads, receivers) is the source's own affair.
class DSTREAM_EXPORT InputSource {
 public:
  virtual ~InputSource();

  /// Begins to receive. The host outlives the source's last call.
  virtual void start(SourceHost&) {}

  /// Ends the batch that covers (from, until]: moves everything received so far to `blocks`.
  virtual void cut(Time from, Time until, std::vector<BlockPtr>& blocks) = 0;

  /// Whether cut() would find something. Cheap; any thread.
  virtual bool has_data() const { return false; }

  /// Where it stands; any thread. By default a source has no end.
  virtual SourceEnd end() const { return SourceEnd::never; }
  /// Whether everything has been cut and nothing will come any more.
  bool exhausted() const { return end() == SourceEnd::reached; }

  /// For the arrival trigger, called when the context goes idle: asks for one data_arrived() once
  /// there is data. Returns true, and asks for nothing, where there is some already. A source that
  /// calls data_arrived() for everything it receives need not override it.
  virtual bool arm_arrival() { return has_data(); }

  /// Refuses further data and joins own threads; cut() may still be called afterwards and finds
  /// what had been accepted.
  virtual void stop() {}

  /// The batch that ends at `until`, and with it all before, is committed. Calls come in time order,
  /// on the thread that moves the batches on: must not wait.
  virtual void committed(Time /*until*/) {}

  /// No batch runs any more and no call follows but the destructor's.
  virtual void close() {}

  /// New settings; any thread.
  virtual void set_tunables(const Tunables&) {}

  /// What a source that receives by itself has done so far; nothing for others. Any thread.
  virtual std::optional<ReceiverStatus> receiver_status() const;
  /// What a Receiver asked for.
  virtual std::optional<std::uint32_t> preferred_executor() const;

  /// The input's number, in order of definition; set before start().
  std::uint32_t stream_id() const { return stream_id_; }
  void set_stream_id(std::uint32_t id) { stream_id_ = id; }

  /// What any other source has done so far, for people; empty where there is nothing to say. Any
  /// thread.
  virtual std::string status_text() const { return {}; }

  /// What the blocks of the batch that was cut last are, for people; empty where there is nothing to
  /// say.
  virtual std::string describe(Time, Time) const { return {}; }

 private:
  std::uint32_t stream_id_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
