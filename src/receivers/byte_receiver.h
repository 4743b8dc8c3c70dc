#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dstream/decoder.h>
#include <dstream/detail/block_generator.h>
#include <dstream/detail/input_source.h>
#include <dstream/detail/record_decoder.h>
#include <dstream/detail/sources.h>
#include <dstream/options.h>

#include "base/socket.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// What all sources of bytes share: a thread of its own, which runs receive() from start() to
/// stop(), a decoder that turns the bytes into records, and the account of what came of them. A
/// derived class calls stop() in its destructor.
class ByteReceiver : public InputSource {
 public:
  ByteReceiver(ByteSourceParts parts, const Tunables& tunables, Duration block_interval);
  ~ByteReceiver() override;

  void start(SourceHost& host) override;
  void stop() override;
  void cut(Time, Time until, std::vector<BlockPtr>& blocks) override { blocks_.cut(until, blocks); }
  bool has_data() const override { return blocks_.has_data(); }
  bool arm_arrival() override { return blocks_.arm_arrival(); }
  std::string describe(Time, Time until) const override { return blocks_.describe(until); }
  void set_tunables(const Tunables& tunables) override;
  std::optional<ReceiverStatus> receiver_status() const override { return status(); }
  /// Figures so far; any thread.
  ReceiverStatus status() const;

 protected:
  friend class Feed;

  /// Called by start() on its caller's thread; what it throws, start() throws.
  virtual void open() {}
  /// The work of the thread; returns once stopping(). What it throws stops the context.
  virtual void receive() = 0;
  /// A decoder as new, for a new connection.
  virtual Box<RecordDecoder> make_decoder() const { return parts_.decoder->copy(); }

  /// Runs a decoder over bytes and accounts for what it finds; how many bytes it is done with, or
  /// nothing where it threw or made no sense, which has been counted then. Throws under
  /// BadRecords::fail.
  std::optional<std::size_t> decode(RecordDecoder& decoder, std::string_view bytes, bool last);
  /// A decoder has gone wrong over these bytes: counts, or throws under BadRecords::fail.
  void decoder_failed(const std::string& why, std::string_view bytes);
  /// Bytes that are no record, seen by the source itself.
  void bad_record(std::string_view reason, std::string_view bytes);
  /// A record that will never be complete.
  void drop_unfinished(std::string_view bytes);

  /// Waits until less than the capacity is held; false if stopping.
  bool await_room() { return blocks_.await_room() && !stopping(); }
  /// Waits; false if stopping.
  bool pause(Duration delay);
  bool stopping() const;
  Tunables tunables() const;
  std::size_t held_bytes() const { return blocks_.held_bytes(); }

  /// Something has been connected or opened; listeners are told.
  void note_connected();
  /// A port is listened on; listeners are told.
  void note_listening() { tell(ReceiverEvent::started); }
  void note_failure(const std::string& message);
  /// Changes the figures with a lock held.
  template <class Change>
  void change_status(Change change) {
    const std::lock_guard lock(mutex_);
    change(status_);
  }
  const ByteSourceParts& parts() const { return parts_; }
  const Interrupt& interrupt() const { return interrupt_; }
  Clock& clock() const { return host_->clock(); }

 private:
  struct BadInput;

  void tell(ReceiverEvent event);
  void count(const BadInput& found);
  void hand_on(const BadInput& found);
  [[noreturn]] void fail(const std::string& reason, std::string_view payload) const;

  const ByteSourceParts parts_;
  BlockGenerator blocks_;
  Interrupt interrupt_;
  SourceHost* host_ = nullptr;
  std::thread thread_;

  mutable std::mutex mutex_;  // guards all below; taken after the generator's; leaf
  std::condition_variable changed_;
  Tunables tunables_;
  ReceiverStatus status_;
  bool stopping_ = false;
};

/// The bytes of one connection or file on their way through a decoder of its own.
/// Bound: what the decoder waits for (ByteSourceParts::max_pending_bytes) and one read.
class Feed {
 public:
  static constexpr std::size_t kSmallRead = std::size_t{4} << 10;
  static constexpr std::size_t kLargeRead = std::size_t{64} << 10;

  /// Reads begin with `first_read` bytes and grow while they are filled.
  explicit Feed(ByteReceiver& owner, std::size_t first_read = kLargeRead);

  /// Where the next bytes go.
  std::span<char> room();
  /// `count` bytes have come; decodes. False where the decoder failed: the bytes at hand are gone
  /// and it has to be begun anew.
  bool received(std::size_t count);
  /// The end of the stream: what is left is decoded as the last.
  void finish();
  /// The connection broke: what is left is counted.
  void break_off();
  /// After a failure: a decoder as new, which goes on behind the end of the line at hand.
  void resume_at_line();
  /// Other bytes follow than those that came before.
  void restart();

  std::size_t pending() const { return end_; }

 private:
  bool decode(bool last);
  void skip_line();

  ByteReceiver& owner_;
  Box<RecordDecoder> decoder_;
  std::size_t read_size_;
  const std::size_t max_read_;
  std::vector<char> buffer_;
  std::size_t end_ = 0;  // bytes of buffer_ that wait for more
  bool skipping_line_ = false;
  bool line_cut_ = false;  // what a failed decoder had been given did not end with a line
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
