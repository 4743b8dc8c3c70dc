#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/box.h>
#include <dstream/detail/staged_output.h>
#include <dstream/file_system.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Where `save_as_*` puts its files: `prefix-TIME_MS[.suffix]`, a directory per batch, with files
/// `part-NNNNN` of those partitions that have records. What is not committed is in a hidden
/// directory beside it, `.NAME.staging`, which commit_batch() renames. An earlier output of the
/// same batch is replaced, unless it holds files that are not part files. Thread-safe.
class DSTREAM_EXPORT FilesOutput : public StagedOutput {
 public:
  FilesOutput(std::string prefix, std::string suffix, const SaveOptions& options,
              std::string_view extension);
  ~FilesOutput() override;

  void open(const OutputEnvironment& environment) override;

  FileSystem& files() { return *files_; }
  bool sync() const { return options_.sync; }
  bool csv_header() const { return options_.csv_header; }
  /// The staged file of an attempt.
  std::string staged_file(const WriteKey& key) const;
  /// Makes the staging directory, which batches without records may do without.
  void make_staging(Time batch_time);

 protected:
  void begin_batch(Time batch_time) override;
  void commit_write(const WriteKey& key, const std::string& handle) override;
  void commit_batch(Time batch_time, bool written) override;
  void abort_write(const WriteKey& key, const std::string& handle) override;
  void abort_batch(Time batch_time) override;

 private:
  std::string directory(Time batch_time) const;
  std::string staging(Time batch_time) const;
  std::string part_name(std::uint32_t partition) const;
  void replace(const std::string& staged, const std::string& target);
  void remove_tree(const std::string& path);

  const std::string parent_;  // with the last '/', or empty
  const std::string base_;
  const std::string suffix_;
  const SaveOptions options_;
  const std::string_view extension_;
  std::shared_ptr<FileSystem> files_;
};

/// One attempt's part file, made with the first record. For one thread; recycled.
class DSTREAM_EXPORT PartFile {
 public:
  void begin(FilesOutput& output, const WriteKey& key);
  /// What is to be written; call drain() after adding to it.
  std::string& buffer() { return buffer_; }
  void drain() {
    if (buffer_.size() >= kDrainBytes) write();
  }
  /// Completes the file; with Options of the output syncs it. Returns its path, empty without one.
  std::string finish();
  void reset() noexcept;

 private:
  static constexpr std::size_t kDrainBytes = std::size_t{64} << 10;
  void write();

  FilesOutput* output_ = nullptr;
  WriteKey key_;
  Box<File> file_;
  std::string buffer_;
};

/// Throws Errc::missing_codec for an output that must write a type without a codec.
[[noreturn]] DSTREAM_EXPORT void throw_missing_codec(const OutputNode& output);

/// How records of one type are written to files.
struct FileFormat {
  void (*append)(std::string& out, const void* record);  ///< null: the type has no codec
  /// Ahead of a file's first record; may be null.
  void (*begin)(std::string& out, const FilesOutput& output);
  void (*end)(std::string& out, std::uint64_t records);  ///< may be null
  bool lines;                                            ///< a line end follows each record
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
