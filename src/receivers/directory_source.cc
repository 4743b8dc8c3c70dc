#include "receivers/directory_source.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dstream/clock.h"
#include "dstream/error.h"
#include "dstream/options.h"
#include "receivers/file_pattern.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

// The kernel stamps files with a clock that moves once a tick (1 to 10 ms), so a new file may seem to
// be that much older than it is.
constexpr Duration kFileClockLag = std::chrono::milliseconds(10);

void check_split(const char* operation, std::size_t split_bytes) {
  if (split_bytes != 0) return;
  throw Error(Errc::invalid_argument, std::string(operation) + ": split_bytes must not be 0");
}

Duration whole_batches(Duration window, Duration interval) {
  return interval * ((window + interval - Duration(1)) / interval);
}

/// Bytes of each piece of a file but the last.
std::uint64_t piece_bytes(const SplitRule& rule, std::uint64_t split, std::uint64_t size) {
  if (rule.record_bytes != 0) {
    return std::max<std::uint64_t>(1, split / rule.record_bytes) * rule.record_bytes;
  }
  return rule.at_newlines ? split : size;
}

}  // namespace

FileSource::FileSource(const char* operation, std::shared_ptr<const FileBlockMaker> maker,
                       std::shared_ptr<FileSystem> files, BadRecords bad_records,
                       BadRecords lost_files, std::size_t split_bytes)
    : maker_(std::move(maker)),
      reading_(std::make_shared<FileReading>(operation, std::move(files), bad_records, lost_files)),
      split_bytes_(split_bytes) {
  check_split(operation, split_bytes);
}

void FileSource::start(SourceHost& host) { reading_->attach(host); }

void FileSource::take(std::string path, const FileInfo& info, std::vector<BlockPtr>& blocks) {
  auto file = std::make_shared<ListedFile>();
  file->path = path;
  file->size = info.size;
  file->modified = info.modified;
  listed_.push_back(std::move(path));
  bytes_ += info.size;
  const SplitRule rule = maker_->split_rule();
  const std::uint64_t step = piece_bytes(rule, split_bytes_, info.size);
  for (std::uint64_t begin = 0; begin < info.size; begin += step) {
    blocks.push_back(
        maker_->make({file, begin, std::min(begin + step, info.size), rule}, reading_));
  }
}

std::string FileSource::describe(Time, Time) const {
  constexpr std::size_t kMostNames = 100;
  if (listed_.empty()) return {};
  std::string text =
      fmt::format("{} file{}, {} bytes:", listed_.size(), listed_.size() == 1 ? "" : "s", bytes_);
  for (std::size_t i = 0; i < std::min(listed_.size(), kMostNames); ++i) {
    text += (i == 0 ? " " : ", ") + listed_[i];
  }
  if (listed_.size() > kMostNames) text += fmt::format(" and {} more", listed_.size() - kMostNames);
  return text;
}

std::string FileSource::status_text() const {
  const FileSourceStatus s = status();
  std::string text = fmt::format(
      "{} files, {} records, {} bad records, {} lost files, {} changed "
      "files, {} failed listings, {} slow ones",
      s.files, s.records, s.bad_records, s.lost_files, s.changed_files, s.failed_listings,
      s.slow_listings);
  if (!s.last_error.empty()) text += ", last error: " + s.last_error;
  return text;
}

DirectorySource::DirectorySource(const char* operation, std::string directory,
                                 std::shared_ptr<const FileBlockMaker> maker,
                                 const FileStreamOptions& options,
                                 std::shared_ptr<FileSystem> files, Duration batch_interval)
    : FileSource(operation, std::move(maker), std::move(files), options.bad_records,
                 options.lost_files, options.split_bytes),
      pattern_(std::move(directory)),
      options_(options),
      // Trigger::arrival takes an interval of any length.
      interval_(std::max<Duration>(batch_interval, std::chrono::milliseconds(1))),
      window_(whole_batches(options.remember, interval_)) {}

void DirectorySource::start(SourceHost& host) {
  FileSource::start(host);
  clock_ = &host.clock();
  oldest_ = options_.newer_than;
  if (options_.new_files_only) oldest_ = std::max(oldest_, clock_->now() - kFileClockLag);
}

void DirectorySource::cut(Time from, Time until, std::vector<BlockPtr>& blocks) {
  const Duration began = clock_->monotonic();
  begin_list();
  // A batch over several intervals looks as far back as the first of them would have done.
  threshold_ = std::max(oldest_, std::min(from + interval_, until) - window_);
  std::erase_if(taken_, [this](const auto& taken) { return taken.second <= threshold_; });
  std::vector<std::string> directories;
  try {
    directories = match_files(reading().files(), pattern_);
    if (directories.empty()) reading().failed_listing("no directory fits " + pattern_);
  } catch (const Error& error) {
    reading().failed_listing(error.what());
  }
  for (const std::string& directory : directories) scan(directory, until, blocks);
  reading().count_files(listed(), clock_->monotonic() - began > interval_);
}

void DirectorySource::scan(const std::string& directory, Time until,
                           std::vector<BlockPtr>& blocks) {
  std::vector<FileInfo> entries;
  try {
    entries = reading().files().list(directory);
  } catch (const Error& error) {
    reading().failed_listing(error.what());
    return;
  }
  for (const FileInfo& info : entries) {
    const std::string path =
        directory.back() == '/' ? directory + info.name : directory + '/' + info.name;
    if (!wanted(path, info, until)) continue;
    taken_.emplace(path, until);
    take(path, info, blocks);
  }
}

bool DirectorySource::wanted(const std::string& path, const FileInfo& info, Time until) const {
  if (info.is_directory || info.modified <= threshold_ || info.modified > until) return false;
  if (taken_.contains(path)) return false;
  return options_.filter ? options_.filter(path) : !info.name.starts_with('.');
}

FilesSource::FilesSource(const char* operation, std::vector<std::string> paths,
                         std::shared_ptr<const FileBlockMaker> maker, const FileOptions& options,
                         std::shared_ptr<FileSystem> files)
    : FileSource(operation, std::move(maker), std::move(files), options.bad_records,
                 options.lost_files, options.split_bytes),
      paths_(std::move(paths)) {}

void FilesSource::start(SourceHost& host) {
  FileSource::start(host);
  for (const std::string& path : paths_) find(path);
}

void FilesSource::find(const std::string& pattern) {
  const std::size_t before = found_.size();
  for (const std::string& path : match_files(reading().files(), pattern)) {
    const auto info = reading().files().info(path);
    if (info && !info->is_directory) found_.push_back({path, *info});
  }
  if (found_.size() == before) {
    throw Error(Errc::io, std::string(reading().operation()) + ": there is no file " + pattern);
  }
}

void FilesSource::cut(Time, Time, std::vector<BlockPtr>& blocks) {
  begin_list();
  if (taken_.exchange(true)) return;
  for (const Found& file : found_) take(file.path, file.info, blocks);
  reading().count_files(listed(), false);
}

std::shared_ptr<InputSource> make_directory_source(const char* operation, std::string directory,
                                                   std::shared_ptr<const FileBlockMaker> maker,
                                                   const FileStreamOptions& options,
                                                   const Options& context) {
  if (directory.empty() || options.remember <= Duration(0)) {
    throw Error(Errc::invalid_argument,
                std::string(operation) + ": a directory and a time to remember are needed");
  }
  return std::make_shared<DirectorySource>(operation, std::move(directory), std::move(maker),
                                           options, context.file_system, context.batch_interval);
}

std::shared_ptr<InputSource> make_files_source(const char* operation,
                                               std::vector<std::string> paths,
                                               std::shared_ptr<const FileBlockMaker> maker,
                                               const FileOptions& options, const Options& context) {
  if (paths.empty() || std::find(paths.begin(), paths.end(), "") != paths.end()) {
    throw Error(Errc::invalid_argument, std::string(operation) + ": give the paths of files");
  }
  return std::make_shared<FilesSource>(operation, std::move(paths), std::move(maker), options,
                                       context.file_system);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
