#include "receivers/tail_source.h"

#include <utility>

#include "dstream/error.h"

#include "receivers/line_parts.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

ByteSourceParts with_lines(ByteSourceParts parts, const Tunables& tunables) {
  if (parts.decoder == nullptr) parts.decoder = line_parts(parts.operation, tunables).decoder;
  return parts;
}

}  // namespace

TailSource::TailSource(ByteSourceParts parts, std::string path, const TailOptions& tail,
                       const Options& options)
    : ByteReceiver(with_lines(parts, options.tunables), options.tunables, options.block_interval),
      path_(std::move(path)),
      tail_(tail),
      lines_(parts.decoder == nullptr),
      files_(options.file_system ? options.file_system : FileSystem::system()) {}

TailSource::~TailSource() { stop(); }

Box<RecordDecoder> TailSource::make_decoder() const {
  return lines_ ? make_lines(tunables()) : ByteReceiver::make_decoder();
}

void TailSource::receive() {
  note_listening();
  do {
    try {
      poll();
      change_status([this](ReceiverStatus& status) { status.connected = followed_.has_value(); });
    } catch (const Error& error) {
      if (error.code() != Errc::io) throw;
      note_failure(error.what());
    }
  } while (pause(tail_.poll_interval));
  if (followed_) followed_->feed.break_off();
  followed_.reset();
}

/// One look at the file.
void TailSource::poll() {
  if (!followed_ && !open_file(!first_look_ || tail_.from_beginning)) return;
  const std::uint64_t before = followed_->offset;
  if (!read_new_bytes()) return;
  const std::optional<FileInfo> now = look();
  const bool another = now && now->id != followed_->id;
  if (another && std::exchange(followed_->replaced, true) && followed_->offset == before) {
    finish_file();
    if (open_file(true)) read_new_bytes();
  }
}

std::optional<FileInfo> TailSource::look() const { return files_->info(path_); }

/// Opens what is at the path. A file that takes its place meanwhile is noticed: then the next look
/// opens that one.
bool TailSource::open_file(bool from_begin) {
  const std::optional<FileInfo> before = look();
  if (!before) {
    first_look_ = false;
    if (!std::exchange(missing_told_, true)) note_failure("there is no file " + path_ + " yet");
    return false;
  }
  if (before->is_directory) {
    throw Error(Errc::invalid_argument, "tail_stream: " + path_ + " is a directory; name a file");
  }
  std::unique_ptr<File> file = files_->open(path_, OpenMode::read);
  const std::optional<FileInfo> after = look();
  if (!after || after->id != before->id) return false;
  const std::uint64_t offset = from_begin ? 0 : file->size();
  followed_.emplace(Followed{std::move(file), before->id, offset, Feed(*this)});
  first_look_ = missing_told_ = false;
  note_connected();
  return true;
}

/// Reads to the end of the file as it is now; false if stopping.
bool TailSource::read_new_bytes() {
  Followed& followed = *followed_;
  if (followed.file->size() < followed.offset) begin_anew();
  while (await_room()) {
    const std::span<char> room = followed.feed.room();
    const std::size_t count = followed.file->read_at(followed.offset, room);
    followed.offset += count;
    if (count != 0 && !followed.feed.received(count)) followed.feed.resume_at_line();
    if (count < room.size()) return true;
  }
  return false;
}

/// The file was truncated: what had no end yet will never get one.
void TailSource::begin_anew() {
  followed_->feed.break_off();
  followed_->feed.restart();
  followed_->offset = 0;
  change_status([](ReceiverStatus& status) { ++status.truncations; });
}

void TailSource::finish_file() {
  followed_->feed.finish();
  followed_.reset();
}

std::shared_ptr<InputSource> make_tail_source(ByteSourceParts parts, std::string path,
                                              const TailOptions& tail, const Options& options) {
  if (path.empty() || tail.poll_interval <= Duration(0)) {
    throw Error(Errc::invalid_argument,
                "tail_stream needs a path and a poll_interval above 0, but has \"" + path +
                    "\" and " + std::to_string(tail.poll_interval.count()) + " ns");
  }
  return std::make_shared<TailSource>(std::move(parts), std::move(path), tail, options);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
