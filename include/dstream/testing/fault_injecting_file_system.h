#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <dstream/file_system.h>

namespace dstream {
inline namespace v1 {
namespace testing {

/// Another file system with failures at chosen places, for tests of what survives them. Every call
/// of the file system and of its files counts as one. Thread-safe.
class DSTREAM_EXPORT FaultInjectingFileSystem final : public FileSystem {
 public:
  explicit FaultInjectingFileSystem(std::shared_ptr<FileSystem> inner);
  ~FaultInjectingFileSystem() override;

  /// Calls made so far.
  std::uint64_t calls() const;
  /// The n-th call from now on (1: the next) throws Error{Errc::io} and does nothing; an append
  /// writes its first `bytes_written` bytes before it fails.
  void fail_call(std::uint64_t n, std::size_t bytes_written = 0);
  /// Until `full` is false again, every append throws Error{Errc::io} and writes nothing.
  void set_disk_full(bool full);
  /// A loss of power: files that were opened for writing keep only what was synced, those that were
  /// never synced are emptied. Names are not undone. Files opened before must not be used again.
  void drop_unsynced();

  std::unique_ptr<File> open(const std::string& path, OpenMode mode) override;
  void rename(const std::string& from, const std::string& to) override;
  bool remove(const std::string& path) override;
  std::vector<FileInfo> list(const std::string& directory) override;
  std::optional<FileInfo> info(const std::string& path) override;
  void create_directories(const std::string& path) override;
  void sync_directory(const std::string& path) override;

 private:
  class FaultyFile;
  struct State;

  std::shared_ptr<FileSystem> inner_;
  std::shared_ptr<State> state_;
};

}  // namespace testing
}  // namespace v1
}  // namespace dstream
