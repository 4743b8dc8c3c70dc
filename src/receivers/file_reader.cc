#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "dstream/detail/file_reading.h"
#include "dstream/error.h"
#include "dstream/file_system.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

// Read beyond the end of a piece to find the end of its last line.
constexpr std::uint64_t kOverrun = 4 << 10;

std::string shorter(std::uint64_t left, std::uint64_t listed) {
  return "the file has become shorter: " + std::to_string(left) + " of " + std::to_string(listed) +
         " bytes are left";
}

const char* find_newline(const char* begin, const char* end) {
  if (begin == end) return nullptr;
  return static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(end - begin)));
}

}  // namespace

FileReader::FileReader(const FilePiece& piece, FileReading& reading)
    : piece_(piece), reading_(reading) {
  open();
  if (file_ != nullptr) buffer_ = reading_.take_buffer();
}

FileReader::~FileReader() {
  // A buffer that had to grow is not kept.
  if (buffer_ != nullptr && capacity_ == FileReading::kBufferBytes) {
    reading_.give_back(std::move(buffer_));
  }
}

void FileReader::open() {
  ListedFile& listed = *piece_.file;
  FileSystem& files = reading_.files();
  try {
    file_ = files.open(listed.path, OpenMode::read);
  } catch (const Error&) {
    // Whatever else is wrong is for another attempt to find out.
    if (files.info(listed.path).has_value()) throw;
    reading_.lost_file(listed, "the file has gone since it was listed");
    return;
  }
  const auto now = files.info(listed.path);
  if (now && now->modified != listed.modified) reading_.changed_file(listed);
  const std::uint64_t size = file_->size();
  if (size < listed.size) reading_.lost_file(listed, shorter(size, listed.size));
}

std::string_view FileReader::header() {
  if (!piece_.rule.header || piece_.begin == 0 || file_ == nullptr) return {};
  const std::uint64_t size = piece_.file->size;
  while (true) {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_, size));
    const std::size_t count = file_->read_at(0, std::span(buffer_.get(), want));
    if (const char* newline = find_newline(buffer_.get(), buffer_.get() + count)) {
      return {buffer_.get(), static_cast<std::size_t>(newline + 1 - buffer_.get())};
    }
    // One line is all there is, and it begins before this piece.
    if (count < capacity_ || count == size) return {};
    filled_ = count;
    make_room();
    filled_ = 0;
  }
}

bool FileReader::more() {
  if (file_ == nullptr || last_ || ended_) return false;
  if (!std::exchange(started_, true)) {
    position_ = piece_.begin;
    if (piece_.rule.at_newlines && piece_.begin != 0 && !find_first_line()) return false;
  }
  return fill();
}

/// A line belongs to the piece in which its first byte lies: goes on behind the '\n' that is the
/// first from the byte before the piece on.
bool FileReader::find_first_line() {
  position_ = piece_.begin - 1;
  const std::uint64_t end = piece_.end - 1;
  while (position_ < end) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_, end - position_));
    const std::size_t count = file_->read_at(position_, std::span(buffer_.get(), want));
    position_ += count;
    if (const char* newline = find_newline(buffer_.get(), buffer_.get() + count)) {
      begin_ = static_cast<std::size_t>(newline + 1 - buffer_.get());
      filled_ = count;
      return true;
    }
    if (count < want) {
      reading_.lost_file(*piece_.file, shorter(position_, piece_.file->size));
      break;
    }
  }
  ended_ = true;
  return false;
}

bool FileReader::fill() {
  make_room();
  const std::uint64_t size = piece_.file->size;
  std::uint64_t until = piece_.end;
  if (piece_.rule.at_newlines) until = std::min(size, std::max(piece_.end, position_) + kOverrun);
  const auto want =
      static_cast<std::size_t>(std::min<std::uint64_t>(capacity_ - filled_, until - position_));
  const std::size_t count = file_->read_at(position_, std::span(buffer_.get() + filled_, want));
  const std::size_t searched = filled_;
  position_ += count;
  filled_ += count;
  if (count < want) {
    // A record that is cut off now is not one of the file as it was listed.
    reading_.lost_file(*piece_.file, shorter(position_, size));
    ended_ = true;
    return filled_ != 0;
  }
  if (!piece_.rule.at_newlines || piece_.end == size) {
    last_ = position_ == piece_.end;
  } else if (position_ >= piece_.end) {
    const std::uint64_t buffer_at = position_ - filled_;
    const std::size_t from = std::max(
        searched, static_cast<std::size_t>(std::max(piece_.end - 1, buffer_at) - buffer_at));
    const char* newline = find_newline(buffer_.get() + from, buffer_.get() + filled_);
    if (newline != nullptr) filled_ = static_cast<std::size_t>(newline + 1 - buffer_.get());
    last_ = newline != nullptr || position_ == size;
  }
  return true;
}

/// Moves what is left to the front of the buffer, and makes that larger where it is full.
void FileReader::make_room() {
  if (begin_ != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, filled_ - begin_);
    filled_ -= begin_;
    begin_ = 0;
  }
  if (filled_ < capacity_) return;
  if (2 * capacity_ > kMostBytes) {
    throw Error(Errc::capacity, piece_.file->path + ": the decoder waits for more than " +
                                    std::to_string(capacity_) +
                                    " bytes; it should have a limit and skip what exceeds it");
  }
  Box<char[]> larger(new char[2 * capacity_]);
  std::memcpy(larger.get(), buffer_.get(), filled_);
  buffer_ = std::move(larger);
  capacity_ *= 2;
}

void FileReader::done_with(std::size_t count) {
  const std::size_t given = filled_ - begin_;
  if (count > given || (last_ && count < given)) {
    throw Error(Errc::illegal_state,
                piece_.file->path + ": the decoder says that it is done with " +
                    std::to_string(count) + " of " + std::to_string(given) + " bytes" +
                    (last_ ? ", and nothing follows; it must take all of them" : ""));
  }
  begin_ += count;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
