#include "receivers/byte_receiver.h"

#include <exception>
#include <utility>

#include "base/what_of.h"
#include "dstream/clock.h"
#include "dstream/error.h"

#include "receivers/text_lines.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// Bytes of a bad payload that are kept to be reported.
constexpr std::size_t kPayloadBytes = 256;
/// Bytes of it in an error's message.
constexpr std::size_t kMessageBytes = 64;

std::string printable(std::string_view bytes) {
  std::string text(bytes.substr(0, kMessageBytes));
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '.';
  }
  return text;
}

}  // namespace

/// What one call of a decoder could not read. Bounded by the bytes of that call.
struct ByteReceiver::BadInput final : BadRecordSink {
  struct Letter {
    std::string reason;
    std::string payload;
  };
  explicit BadInput(BadRecords what_to_do) : policy(what_to_do) {}

  void bad(std::string_view reason, std::string_view payload) override {
    ++(reason == kOverlongLine ? overlong : other);
    // Of those that end everything, the first is enough.
    if (policy == BadRecords::drop || (policy == BadRecords::fail && !letters.empty())) return;
    letters.push_back({std::string(reason), std::string(payload.substr(0, kPayloadBytes))});
  }

  const BadRecords policy;
  std::uint64_t overlong = 0;
  std::uint64_t other = 0;
  std::vector<Letter> letters;
};

BadRecordSink::~BadRecordSink() = default;
RecordDecoder::~RecordDecoder() = default;

ByteReceiver::ByteReceiver(ByteSourceParts parts, const Tunables& tunables, Duration block_interval)
    : parts_(std::move(parts)),
      blocks_(parts_.decoder->make_block(),
              {tunables.receiver_capacity_bytes, block_interval, tunables.receiver_max_rate}),
      tunables_(tunables) {}

ByteReceiver::~ByteReceiver() = default;

void ByteReceiver::start(SourceHost& host) {
  host_ = &host;
  open();
  blocks_.start(host);
  change_status([](ReceiverStatus& status) { status.state = ReceiverState::started; });
  thread_ = std::thread([this] {
    try {
      receive();
    } catch (...) {
      note_failure(what_of(std::current_exception()));
      host_->source_failed(std::current_exception());
    }
  });
}

void ByteReceiver::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  interrupt_.signal();
  blocks_.close();
  if (!thread_.joinable()) return;
  thread_.join();
  change_status([](ReceiverStatus& status) {
    status.state = ReceiverState::stopped;
    status.connected = false;
    status.clients = 0;
  });
  tell(ReceiverEvent::stopped);
}

std::optional<std::size_t> ByteReceiver::decode(RecordDecoder& decoder, std::string_view bytes,
                                                bool last) {
  BadInput found(parts_.bad_records);
  std::size_t used = 0;
  std::size_t records = 0;
  std::exception_ptr thrown;
  blocks_.write([&](OpenBlock& block) {
    const std::size_t before = block.size();
    try {
      used = decoder.decode(bytes, last, block, found);
    } catch (...) {
      thrown = std::current_exception();
    }
    records = block.size() - before;
    // Counted before a batch can take the records beside them.
    if (found.overlong + found.other != 0) count(found);
  });
  hand_on(found);
  const auto after = [&] {
    return ", after " + std::to_string(records) + (records == 1 ? " record of " : " records of ") +
           std::to_string(bytes.size()) + " bytes";
  };
  if (thrown) {
    decoder_failed("the decoder threw: " + what_of(thrown) + after(), bytes);
    return std::nullopt;
  }
  if (used > bytes.size()) {
    decoder_failed(
        "the decoder says that it is done with " + std::to_string(used) + " bytes" + after(),
        bytes);
    return std::nullopt;
  }
  return used;
}

void ByteReceiver::count(const BadInput& found) {
  change_status([&](ReceiverStatus& status) {
    status.dropped_overlong += found.overlong;
    status.dropped_bad += found.other;
  });
}

void ByteReceiver::hand_on(const BadInput& found) {
  for (const BadInput::Letter& letter : found.letters) {
    if (parts_.bad_records == BadRecords::fail) fail(letter.reason, letter.payload);
    host_->dead_letter(parts_.operation, letter.reason, letter.payload);
  }
}

void ByteReceiver::decoder_failed(const std::string& why, std::string_view bytes) {
  const Time now = clock().now();
  change_status([&](ReceiverStatus& status) {
    ++status.decoder_errors;
    status.decoder_error_bytes += bytes.size();
    status.last_error = why;
    status.last_error_time = now;
  });
  if (parts_.bad_records == BadRecords::fail) fail(why, bytes);
  if (parts_.bad_records == BadRecords::dead_letter) {
    host_->dead_letter(parts_.operation, why, bytes.substr(0, kPayloadBytes));
  }
}

void ByteReceiver::bad_record(std::string_view reason, std::string_view bytes) {
  BadInput found(parts_.bad_records);
  found.bad(reason, bytes);
  count(found);
  hand_on(found);
}

void ByteReceiver::drop_unfinished(std::string_view bytes) {
  change_status([](ReceiverStatus& status) { ++status.dropped_unfinished; });
  if (parts_.bad_records != BadRecords::drop) {
    host_->dead_letter(parts_.operation,
                       "cut off: the connection or the stream ended in the middle of a record",
                       bytes.substr(0, kPayloadBytes));
  }
}

void ByteReceiver::fail(const std::string& reason, std::string_view payload) const {
  throw Error(Errc::corrupt_data,
              std::string(parts_.operation) + ": " + reason + ": \"" + printable(payload) + '"');
}

bool ByteReceiver::pause(Duration delay) {
  std::unique_lock lock(mutex_);
  const Time deadline = clock().now() + delay;
  while (!stopping_ && clock().now() < deadline) clock().wait_until(lock, changed_, deadline);
  return !stopping_;
}

bool ByteReceiver::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

Tunables ByteReceiver::tunables() const {
  const std::lock_guard lock(mutex_);
  return tunables_;
}

void ByteReceiver::set_tunables(const Tunables& tunables) {
  {
    const std::lock_guard lock(mutex_);
    tunables_ = tunables;
  }
  blocks_.set_limits(tunables.receiver_capacity_bytes, tunables.receiver_max_rate);
}

void ByteReceiver::note_connected() {
  change_status([](ReceiverStatus& status) {
    ++status.connects;
    status.connected = true;
  });
  tell(ReceiverEvent::started);
}

void ByteReceiver::note_failure(const std::string& message) {
  const Time now = clock().now();
  change_status([&](ReceiverStatus& status) {
    ++status.failures;
    status.connected = status.clients != 0;
    status.last_error = message;
    status.last_error_time = now;
  });
  tell(ReceiverEvent::error);
}

void ByteReceiver::tell(ReceiverEvent event) {
  host_->receiver_event(event, {stream_id(), parts_.operation, std::nullopt, status()});
}

ReceiverStatus ByteReceiver::status() const {
  std::unique_lock lock(mutex_);
  ReceiverStatus status = status_;
  lock.unlock();
  status.records = blocks_.records();
  status.held_bytes = blocks_.held_bytes();
  return status;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
