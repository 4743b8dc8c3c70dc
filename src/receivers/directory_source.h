#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <dstream/detail/file_block.h>
#include <dstream/detail/input_source.h>
#include <dstream/file_source.h>
#include <dstream/file_system.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What the sources of files have in common: makes blocks out of files, and keeps the list of those
/// in the batch that was cut last.
class FileSource : public InputSource {
 public:
  FileSource(const char* operation, std::shared_ptr<const FileBlockMaker> maker,
             std::shared_ptr<FileSystem> files, BadRecords bad_records, BadRecords lost_files,
             std::size_t split_bytes);

  void start(SourceHost& host) override;
  std::string describe(Time from, Time until) const override;
  std::string status_text() const override;
  FileSourceStatus status() const { return reading_->status(); }

 protected:
  void begin_list() { listed_.clear(), bytes_ = 0; }
  void take(std::string path, const FileInfo& info, std::vector<BlockPtr>& blocks);
  std::size_t listed() const { return listed_.size(); }
  FileReading& reading() const { return *reading_; }

 private:
  const std::shared_ptr<const FileBlockMaker> maker_;
  const std::shared_ptr<FileReading> reading_;
  const std::size_t split_bytes_;
  std::vector<std::string> listed_;  ///< files of the batch that was cut last
  std::uint64_t bytes_ = 0;          ///< of those
};

/// The files that appear in a directory, by the rules of Spark's FileInputDStream: a file is taken
/// into the batch (from, until] if it passes the filter, was modified after the threshold and not
/// after `until`, and was not taken before. The threshold is the start of the stream, or later the
/// remember window before the batch; paths are remembered as long as their files could be taken
/// again. The directory may be a pattern of directories. It is listed on the thread that cuts
/// batches; one that cannot be is counted and tried again with the next batch.
class DirectorySource final : public FileSource {
 public:
  DirectorySource(const char* operation, std::string directory,
                  std::shared_ptr<const FileBlockMaker> maker, const FileStreamOptions& options,
                  std::shared_ptr<FileSystem> files, Duration batch_interval);

  void start(SourceHost& host) override;
  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override;

 private:
  void scan(const std::string& directory, Time until, std::vector<BlockPtr>& blocks);
  bool wanted(const std::string& path, const FileInfo& info, Time until) const;

  const std::string pattern_;
  const FileStreamOptions options_;
  const Duration interval_;
  const Duration window_;
  Clock* clock_ = nullptr;
  Time oldest_;     ///< files that were not modified later are no matter of this stream
  Time threshold_;  ///< of the batch that is being cut
  std::map<std::string, Time> taken_;  ///< path and batch; bounded by the remember window
};

/// Files that are named beforehand, all in the first batch.
class FilesSource final : public FileSource {
 public:
  FilesSource(const char* operation, std::vector<std::string> paths,
              std::shared_ptr<const FileBlockMaker> maker, const FileOptions& options,
              std::shared_ptr<FileSystem> files);

  /// Throws Error{Errc::io} for a path at which there is nothing.
  void start(SourceHost& host) override;
  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override;
  bool has_data() const override { return !taken_.load(); }
  SourceEnd end() const override { return has_data() ? SourceEnd::ahead : SourceEnd::reached; }

 private:
  struct Found {
    std::string path;
    FileInfo info;
  };
  void find(const std::string& path);

  const std::vector<std::string> paths_;
  std::vector<Found> found_;
  std::atomic<bool> taken_{false};
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
