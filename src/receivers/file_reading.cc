#include "dstream/detail/file_reading.h"

#include <utility>
#include <vector>

#include "dstream/detail/file_block.h"
#include "dstream/detail/input_source.h"
#include "dstream/detail/kept.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

struct FileReading::State {
  std::mutex mutex;  // leaf; guards all below
  SourceHost* host = nullptr;
  FileSourceStatus status;
  std::vector<Box<char[]>> buffers;
};

FileReading::FileReading(const char* operation, std::shared_ptr<FileSystem> files,
                         BadRecords bad_records, BadRecords lost_files)
    : operation_(operation),
      files_(std::move(files)),
      bad_records_(bad_records),
      lost_files_(lost_files),
      state_(new State) {}

FileReading::~FileReading() = default;

void FileReading::attach(SourceHost& host) {
  const std::lock_guard lock(state_->mutex);
  state_->host = &host;
}

void FileReading::bad_record(const ListedFile& file, std::string_view reason,
                             std::string_view payload) {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->status.bad_records;
  }
  const std::string text = file.path + ": " + std::string(reason);
  if (bad_records_ == BadRecords::dead_letter) dead_letter(text, payload);
  if (bad_records_ == BadRecords::fail) fail(Error(Errc::corrupt_data, text));
}

void FileReading::lost_file(ListedFile& file, const std::string& reason) {
  bool first;
  {
    const std::lock_guard lock(file.mutex);
    first = !std::exchange(file.lost, true);
  }
  const std::string text = file.path + ": " + reason;
  if (first) {
    {
      const std::lock_guard lock(state_->mutex);
      ++state_->status.lost_files;
      state_->status.last_error = text;
    }
    if (lost_files_ == BadRecords::dead_letter) dead_letter(text, file.path);
  }
  if (lost_files_ == BadRecords::fail) fail(Error(Errc::io, text));
}

SourceHost* FileReading::host() const {
  const std::lock_guard lock(state_->mutex);
  return state_->host;
}

void FileReading::dead_letter(const std::string& reason, std::string_view payload) {
  if (SourceHost* const to = host()) to->dead_letter(operation_, reason, payload);
}

/// Stops the context with this error rather than with one that speaks of tasks and attempts.
void FileReading::fail(const Error& error) {
  if (SourceHost* const to = host()) to->source_failed(std::make_exception_ptr(error));
  throw error;
}

void FileReading::changed_file(ListedFile& file) {
  {
    const std::lock_guard lock(file.mutex);
    if (std::exchange(file.changed, true)) return;
  }
  const std::lock_guard lock(state_->mutex);
  ++state_->status.changed_files;
}

void FileReading::failed_listing(const std::string& reason) {
  const std::lock_guard lock(state_->mutex);
  ++state_->status.failed_listings;
  state_->status.last_error = reason;
}

void FileReading::count_files(std::uint64_t files, bool slow) {
  const std::lock_guard lock(state_->mutex);
  state_->status.files += files;
  if (slow) ++state_->status.slow_listings;
}

void FileReading::count_records(std::uint64_t records) {
  const std::lock_guard lock(state_->mutex);
  state_->status.records += records;
}

FileSourceStatus FileReading::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

Box<char[]> FileReading::take_buffer() {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->buffers.empty()) {
      auto buffer = std::move(state_->buffers.back());
      state_->buffers.pop_back();
      return buffer;
    }
  }
  return Box<char[]>(new char[kBufferBytes]);
}

void FileReading::give_back(Box<char[]> buffer) {
  const std::lock_guard lock(state_->mutex);
  state_->buffers.push_back(std::move(buffer));
}

FileBlock::FileBlock(FilePiece piece, std::shared_ptr<FileReading> reading,
                     std::shared_ptr<const FileDecoder> decoder)
    : piece_(std::move(piece)), reading_(std::move(reading)), decoder_(std::move(decoder)) {}

FileBlock::~FileBlock() = default;

void FileBlock::report_bad(std::uint64_t n, std::string_view reason,
                           std::string_view payload) const {
  const std::lock_guard lock(mutex_);
  if (n < reported_) return;
  reading_->bad_record(*piece_.file, reason, payload);
  reported_ = n + 1;
}

void FileBlock::finish(std::uint64_t records) const {
  records_.store(records, std::memory_order_relaxed);
  if (!counted_.exchange(true)) reading_->count_records(records);
}

void FileBlock::read(std::size_t begin, std::size_t end, Step& to) const {
  if (begin != end) decoder_->read(*this, decoder_->decoder.get(), to);
}

void FileBlock::read_bytes(const FilePass& pass) const {
  FileReader reader(piece_, *reading_);
  if (const std::string_view header = reader.header(); !header.empty()) {
    pass.decode(pass.state, header, false);
  }
  while (reader.more()) {
    reader.done_with(pass.decode(pass.state, reader.bytes(), reader.last()));
  }
  finish(pass.flush(pass.state));
}

void read_bytes(const FileBlock& block, const FilePass& pass) { block.read_bytes(pass); }

void report_bad(const FileBlock& block, std::uint64_t n, std::string_view reason,
                std::string_view payload) {
  block.report_bad(n, reason, payload);
}

FileBlockMaker::FileBlockMaker(std::shared_ptr<const FileDecoder> decoder)
    : decoder_(std::move(decoder)) {}
FileBlockMaker::~FileBlockMaker() = default;

BlockPtr FileBlockMaker::make(FilePiece piece, std::shared_ptr<FileReading> reading) const {
  return std::make_shared<FileBlock>(std::move(piece), std::move(reading), decoder_);
}

std::shared_ptr<const FileBlockMaker> make_file_block_maker(
    const void* decoder, void (*destroy)(const void* decoder), const SplitRule& rule,
    void (*read)(const FileBlock& block, const void* decoder, Step& to)) {
  return std::make_shared<FileBlockMaker>(
      std::make_shared<FileDecoder>(FileDecoder{keep(decoder, destroy), rule, read}));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
