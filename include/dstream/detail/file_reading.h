#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <dstream/decoder.h>
#include <dstream/detail/box.h>
#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

class Error;
class File;
class FileSystem;

namespace detail {

class SourceHost;

/// A file as it was listed; shared by its pieces.
struct ListedFile {
  std::string path;
  std::uint64_t size = 0;
  Time modified;
  std::mutex mutex;      // leaf; guards below
  bool lost = false;     ///< it has been reported that the file is not what was listed
  bool changed = false;  ///< it has been counted that the file has changed
};

/// What one task reads: the records that begin in [begin, end).
struct FilePiece {
  std::shared_ptr<ListedFile> file;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  SplitRule rule;
};

/// What a file source has done so far.
struct FileSourceStatus {
  std::uint64_t files = 0;          ///< files taken into batches
  std::uint64_t records = 0;        ///< records read
  std::uint64_t bad_records = 0;    ///< pieces of input that the decoder could not read
  std::uint64_t lost_files = 0;     ///< files that had gone or become shorter before they were read
  std::uint64_t changed_files = 0;  ///< files that were written to between listing and reading
  std::uint64_t failed_listings = 0;  ///< directories that could not be listed, counted each time
  std::uint64_t slow_listings = 0;    ///< scans that took longer than a batch interval
  std::string last_error;             ///< of the last listing or file that failed
};

/// What a file source shares with its blocks: the way to the files, the buffers, the figures and
/// where bad input is reported. Thread-safe.
class DSTREAM_EXPORT FileReading {
 public:
  FileReading(const char* operation, std::shared_ptr<FileSystem> files, BadRecords bad_records,
              BadRecords lost_files);
  ~FileReading();

  /// Reports go to this host from now on; it outlives all reading.
  void attach(SourceHost& host);

  FileSystem& files() const { return *files_; }
  const char* operation() const { return operation_; }
  /// A piece of input that the decoder could not read. Throws Error{Errc::corrupt_data} where the
  /// policy is to fail.
  void bad_record(const ListedFile& file, std::string_view reason, std::string_view payload);
  /// The file is not there any more, or not all of it. Reported once. Throws Error{Errc::io} where
  /// the policy is to fail.
  void lost_file(ListedFile& file, const std::string& reason);
  void changed_file(ListedFile& file);
  void failed_listing(const std::string& reason);
  void count_files(std::uint64_t files, bool slow);
  void count_records(std::uint64_t records);
  FileSourceStatus status() const;

  /// A buffer of kBufferBytes, and its way back. There are at most as many as tasks read at once.
  static constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
  Box<char[]> take_buffer();
  void give_back(Box<char[]> buffer);

 private:
  SourceHost* host() const;
  void dead_letter(const std::string& reason, std::string_view payload);
  [[noreturn]] void fail(const Error& error);

  const char* const operation_;
  const std::shared_ptr<FileSystem> files_;
  const BadRecords bad_records_;
  const BadRecords lost_files_;
  struct State;
  const Box<State> state_;
};

/// Reads a piece of a file through one buffer. A record that the buffer cannot hold makes it grow, up
/// to kMostBytes. For one thread.
class DSTREAM_EXPORT FileReader {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 30;

  /// Opens the file; where it has gone that is reported, and there is nothing to read.
  FileReader(const FilePiece& piece, FileReading& reading);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// The file's first line, for a piece that begins behind it and wants it; empty otherwise. Good
  /// until more().
  std::string_view header();
  /// Reads on; false where the piece has ended. Throws Error{Errc::io} where reading fails, and
  /// Error{Errc::capacity} for a record that exceeds kMostBytes.
  bool more();
  /// What has been read and not been done with.
  std::string_view bytes() const { return {buffer_.get() + begin_, filled_ - begin_}; }
  bool last() const { return last_; }
  /// The first `count` bytes are done with.
  void done_with(std::size_t count);

 private:
  void open();
  bool find_first_line();
  bool fill();
  void make_room();

  const FilePiece& piece_;
  FileReading& reading_;
  Box<File> file_;  ///< null where there is nothing to read
  Box<char[]> buffer_;
  std::size_t capacity_ = FileReading::kBufferBytes;
  std::size_t begin_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t position_ = 0;  ///< of the file, behind what is in the buffer
  bool started_ = false;
  bool last_ = false;
  bool ended_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
