#include "dstream/detail/files_output.h"

#include <algorithm>

#include <fmt/format.h>

#include "dstream/error.h"
#include "dstream/options.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::string_view kPart = "part-";

/// Batch times that are no whole milliseconds (Trigger::arrival) get their nanoseconds, too: two
/// batches of one millisecond must not replace each other.
std::string time_text(Time time) {
  const std::int64_t rest = time.ns() - time.ms() * 1'000'000;
  return rest == 0 ? fmt::format("{}", time.ms()) : fmt::format("{}.{:06}", time.ms(), rest);
}

/// Where the output that is being replaced waits.
std::string aside(const std::string& staged) { return staged + ".old"; }

}  // namespace

FilesOutput::FilesOutput(std::string prefix, std::string suffix, const SaveOptions& options,
                         std::string_view extension)
    : StagedOutput({}),
      parent_(prefix.substr(0, prefix.rfind('/') + 1)),
      base_(prefix.substr(parent_.size())),
      suffix_(std::move(suffix)),
      options_(options),
      extension_(extension) {}
FilesOutput::~FilesOutput() = default;

void FilesOutput::open(const OutputEnvironment& environment) {
  StagedOutput::open(environment);
  files_ = environment.options.file_system;
}

std::string FilesOutput::directory(Time batch_time) const {
  return fmt::format("{}{}-{}{}{}", parent_, base_, time_text(batch_time),
                     suffix_.empty() ? "" : ".", suffix_);
}

std::string FilesOutput::staging(Time batch_time) const {
  return fmt::format("{}.{}.staging", parent_, directory(batch_time).substr(parent_.size()));
}

std::string FilesOutput::part_name(std::uint32_t partition) const {
  return fmt::format("{}{:05}{}", kPart, partition, extension_);
}

std::string FilesOutput::staged_file(const WriteKey& key) const {
  return fmt::format("{}/{}.attempt-{}", staging(key.batch_time), part_name(key.partition),
                     key.attempt);
}

void FilesOutput::make_staging(Time batch_time) { files_->create_directories(staging(batch_time)); }

/// What a process that has died left behind must not become part of this batch.
void FilesOutput::begin_batch(Time batch_time) {
  remove_tree(staging(batch_time));
  if (!options_.skip_empty) make_staging(batch_time);
}

void FilesOutput::commit_write(const WriteKey& key, const std::string& handle) {
  if (handle.empty()) return;  // the partition had no records
  // Where a repeated commit finds no file, the first one has renamed it.
  if (!files_->info(handle)) return;
  files_->rename(handle, staging(key.batch_time) + "/" + part_name(key.partition));
}

/// Where a repeated call finds nothing staged by a batch that had tasks, the first one has renamed
/// it.
void FilesOutput::commit_batch(Time batch_time, bool written) {
  const std::string staged = staging(batch_time);
  const std::string target = directory(batch_time);
  if (!written && !options_.skip_empty) make_staging(batch_time);
  if (files_->info(staged)) {
    if (options_.sync) files_->sync_directory(staged);
    replace(staged, target);
  }
  remove_tree(aside(staged));
  if (options_.sync && files_->info(target))
    files_->sync_directory(parent_.empty() ? "." : parent_);
}

/// The earlier output goes aside before the new one takes its place; should that fail, it comes
/// back.
void FilesOutput::replace(const std::string& staged, const std::string& target) {
  const bool earlier = files_->info(target).has_value();
  if (earlier) {
    for (const FileInfo& file : files_->list(target)) {
      if (!file.is_directory && file.name.starts_with(kPart)) continue;
      throw Error(Errc::io, fmt::format("{} exists and holds {}, which is no part file: it is not "
                                        "replaced; move it away or save under another prefix",
                                        target, file.name));
    }
    remove_tree(aside(staged));
    files_->rename(target, aside(staged));
  }
  try {
    files_->rename(staged, target);
  } catch (...) {
    if (earlier) files_->rename(aside(staged), target);
    throw;
  }
}

void FilesOutput::abort_write(const WriteKey& key, const std::string&) {
  files_->remove(staged_file(key));
}

void FilesOutput::abort_batch(Time batch_time) { remove_tree(staging(batch_time)); }

/// Removes a directory and the files in it.
void FilesOutput::remove_tree(const std::string& path) {
  if (!files_->info(path)) return;
  for (const FileInfo& file : files_->list(path)) files_->remove(path + "/" + file.name);
  files_->remove(path);
}

void PartFile::begin(FilesOutput& output, const WriteKey& key) {
  reset();
  output_ = &output;
  key_ = key;
}

void PartFile::write() {
  if (file_ == nullptr) {
    output_->make_staging(key_.batch_time);
    file_ = output_->files().open(output_->staged_file(key_), OpenMode::truncate);
  }
  file_->append(buffer_);
  buffer_.clear();
}

std::string PartFile::finish() {
  if (!buffer_.empty()) write();
  if (file_ == nullptr) return {};
  if (output_->sync()) file_->sync();
  file_.reset();
  return output_->staged_file(key_);
}

void PartFile::reset() noexcept {
  buffer_.clear();
  file_.reset();
}

void throw_missing_codec(const OutputNode& output) {
  throw Error(
      Errc::missing_codec,
      fmt::format("the stream{} has records of {}, which has no codec: make it a plain struct "
                  "of types that have one, or specialise dstream::Codec for it",
                  output.parents.front()->name.empty()
                      ? ""
                      : fmt::format(" \"{}\"", output.parents.front()->name),
                  output.element_type),
      {output.name.empty() ? output.origin.operation : output.name, output.origin.where, {}, {}});
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
