#include <algorithm>
#include <cstring>

#include "receivers/byte_receiver.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kMaxRead = std::size_t{256} << 10;

/// A small bound on what a receiver holds, or on its rate, makes reads small: one read goes beyond it.
std::size_t largest_read(const Tunables& tunables) {
  // Of a limited rate, about what comes in a tenth of a second.
  constexpr std::size_t kRecordBytes = 64;
  const std::size_t rate = tunables.receiver_max_rate == kUnlimitedRate
                               ? kMaxRead
                               : static_cast<std::size_t>(tunables.receiver_max_rate) / 10;
  const std::size_t most =
      std::min(tunables.receiver_capacity_bytes / 4, std::min(rate, kMaxRead) * kRecordBytes);
  return std::clamp(most, Feed::kSmallRead, kMaxRead);
}

}  // namespace

Feed::Feed(ByteReceiver& owner, std::size_t first_read)
    : owner_(owner),
      decoder_(owner.make_decoder()),
      read_size_(std::min(first_read, largest_read(owner.tunables()))),
      max_read_(largest_read(owner.tunables())) {}

std::span<char> Feed::room() {
  if (buffer_.size() < end_ + read_size_) buffer_.resize(end_ + read_size_);
  return {buffer_.data() + end_, read_size_};
}

bool Feed::received(std::size_t count) {
  end_ += count;
  if (count == read_size_) read_size_ = std::min(read_size_ * 2, max_read_);
  if (skipping_line_) skip_line();
  if (end_ == 0) return true;
  return decode(false);
}

bool Feed::decode(bool last) {
  const std::string_view bytes(buffer_.data(), end_);
  const auto used = owner_.decode(*decoder_, bytes, last);
  bool works = used.has_value();
  if (works && bytes.size() - *used > owner_.parts().max_pending_bytes) {
    owner_.decoder_failed("the decoder waits for more than the source's max_pending_bytes", bytes);
    works = false;
  }
  if (!works) {
    line_cut_ = !bytes.ends_with('\n');
    end_ = 0;
    return false;
  }
  const std::size_t rest = bytes.size() - *used;
  if (rest != 0 && *used != 0) std::memmove(buffer_.data(), buffer_.data() + *used, rest);
  end_ = rest;
  return true;
}

void Feed::finish() {
  if (!skipping_line_ && decode(true) && end_ != 0) {
    owner_.drop_unfinished({buffer_.data(), end_});
  }
  end_ = 0;
}

void Feed::break_off() {
  if (end_ != 0) owner_.drop_unfinished({buffer_.data(), end_});
  end_ = 0;
}

void Feed::resume_at_line() {
  decoder_ = owner_.make_decoder();
  skipping_line_ = line_cut_;
}

void Feed::restart() {
  decoder_ = owner_.make_decoder();
  skipping_line_ = false;
  end_ = 0;
}

void Feed::skip_line() {
  const std::string_view bytes(buffer_.data(), end_);
  const std::size_t newline = bytes.find('\n');
  skipping_line_ = newline == std::string_view::npos;
  const std::size_t skipped = skipping_line_ ? end_ : newline + 1;
  std::memmove(buffer_.data(), buffer_.data() + skipped, end_ - skipped);
  end_ -= skipped;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
