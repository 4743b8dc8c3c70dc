#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// How a file is opened.
enum class OpenMode : std::uint8_t {
  read,        ///< an existing file, for reading
  append,      ///< writing goes to the end; the file is made if it is missing
  create_new,  ///< as append, but the file must not exist
  truncate,    ///< as append, but the file is emptied first
};

/// What a file system knows of a file or directory.
struct FileInfo {
  std::string name;  ///< without its directory
  std::uint64_t size = 0;
  Time modified;
  bool is_directory = false;
  /// The same as long as the file exists, whatever its name; another one for every other file that
  /// exists at the time. A removed file that is still open exists.
  std::uint64_t id = 0;
};

/// An open file; closed by its destructor, which syncs nothing. Members throw Error{Errc::io} that
/// names the path and the reason. For one thread at a time.
class DSTREAM_EXPORT File {
 public:
  virtual ~File();

  /// Writes all bytes at the end. After an error part of them may have been written.
  virtual void append(std::string_view bytes) = 0;
  /// Reads from `offset` until `buffer` is full or the file ends; returns the number of bytes.
  virtual std::size_t read_at(std::uint64_t offset, std::span<char> buffer) = 0;
  virtual std::uint64_t size() = 0;
  /// Cuts the file to `size` bytes.
  virtual void truncate(std::uint64_t size) = 0;
  /// Returns once the contents would survive a loss of power. A new or renamed file survives only
  /// after FileSystem::sync_directory, too. After an error the contents count as lost: do not
  /// retry.
  virtual void sync() = 0;
};

/// The library's only way to files. Paths are the machine's, '/' between names. Members throw
/// Error{Errc::io} that names the path and the reason, and may be called from any thread.
class DSTREAM_EXPORT FileSystem {
 public:
  virtual ~FileSystem();

  virtual std::unique_ptr<File> open(const std::string& path, OpenMode mode) = 0;
  /// Atomically replaces what is at `to`; both on one device.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// Removes a file or an empty directory; false where there is none.
  virtual bool remove(const std::string& path) = 0;
  /// What a directory holds, by name in byte order.
  virtual std::vector<FileInfo> list(const std::string& directory) = 0;
  /// What is at `path`, symbolic links followed; nothing where there is none.
  virtual std::optional<FileInfo> info(const std::string& path) = 0;
  /// Makes a directory and those above it; nothing to do for one that exists.
  virtual void create_directories(const std::string& path) = 0;
  /// Makes new, renamed and removed names in the directory survive a loss of power.
  virtual void sync_directory(const std::string& path) = 0;

  /// The machine's files, shared by the whole process.
  static const std::shared_ptr<FileSystem>& system();
};

}  // namespace v1
}  // namespace dstream
