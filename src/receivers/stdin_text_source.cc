#include "receivers/stdin_text_source.h"

#include "dstream/error.h"

#include "receivers/line_parts.h"

namespace dstream {
inline namespace v1 {
namespace detail {

StdinTextSource::StdinTextSource(BorrowedInput input, const Tunables& tunables,
                                 Duration block_interval)
    : ByteReceiver(line_parts("stdin_text_stream", tunables), tunables, block_interval),
      input_(input) {}

StdinTextSource::~StdinTextSource() { stop(); }

void StdinTextSource::receive() {
  note_connected();
  Feed feed(*this);
  try {
    read(feed);
  } catch (const Error& error) {
    if (error.code() != Errc::io) throw;
    feed.break_off();
    note_failure(error.what());
    ended_.store(true, std::memory_order_release);
  }
  change_status([](ReceiverStatus& status) { status.connected = false; });
}

void StdinTextSource::read(Feed& feed) {
  while (await_room()) {
    const std::optional<std::size_t> count = input_.read(feed.room(), interrupt());
    if (!count) break;
    if (*count == 0) {
      feed.finish();
      ended_.store(true, std::memory_order_release);
      return;
    }
    if (!feed.received(*count)) feed.resume_at_line();
  }
  feed.break_off();
}

std::shared_ptr<InputSource> make_stdin_text_source(const Options& options) {
  return std::make_shared<StdinTextSource>(BorrowedInput::standard_input(), options.tunables,
                                           options.block_interval);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
