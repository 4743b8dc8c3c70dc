#include "dstream/testing/fault_injecting_file_system.h"

#include <map>
#include <mutex>
#include <utility>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace testing {

/// What the file system shares with its files, which may outlive it.
struct FaultInjectingFileSystem::State {
  std::mutex mutex;
  std::uint64_t calls = 0;
  std::uint64_t failing_call = 0;  ///< 0: none
  std::size_t bytes_written = 0;
  bool disk_full = false;
  /// Bytes that survive, per inode rather than per name: a rename takes them along.
  std::map<std::string, std::shared_ptr<std::uint64_t>> synced;

  /// Counts a call; true if it is the one to fail.
  bool count(std::size_t* bytes = nullptr) {
    const std::lock_guard lock(mutex);
    ++calls;
    if (bytes != nullptr && disk_full) return true;
    if (calls != failing_call) return false;
    if (bytes != nullptr) *bytes = bytes_written;
    return true;
  }
  void pass(const char* what, const std::string& path) {
    if (count()) fail(what, path);
  }
  [[noreturn]] static void fail(const char* what, const std::string& path) {
    throw Error(Errc::io, std::string("cannot ") + what + " " + path + ": injected fault");
  }
};

class FaultInjectingFileSystem::FaultyFile final : public File {
 public:
  FaultyFile(std::unique_ptr<File> inner, std::string path, std::shared_ptr<State> state,
             std::shared_ptr<std::uint64_t> synced)
      : inner_(std::move(inner)),
        path_(std::move(path)),
        state_(std::move(state)),
        synced_(std::move(synced)) {}

  void append(std::string_view bytes) override {
    std::size_t written = 0;
    if (state_->count(&written)) {
      inner_->append(bytes.substr(0, written));
      State::fail("write to", path_);
    }
    inner_->append(bytes);
  }
  std::size_t read_at(std::uint64_t offset, std::span<char> buffer) override {
    state_->pass("read", path_);
    return inner_->read_at(offset, buffer);
  }
  std::uint64_t size() override {
    state_->pass("look at", path_);
    return inner_->size();
  }
  void truncate(std::uint64_t size) override {
    state_->pass("truncate", path_);
    inner_->truncate(size);
    const std::lock_guard lock(state_->mutex);
    if (synced_ != nullptr && *synced_ > size) *synced_ = size;
  }
  void sync() override {
    state_->pass("sync", path_);
    inner_->sync();
    const std::uint64_t size = inner_->size();
    const std::lock_guard lock(state_->mutex);
    if (synced_ != nullptr) *synced_ = size;
  }

 private:
  std::unique_ptr<File> inner_;
  std::string path_;
  std::shared_ptr<State> state_;
  std::shared_ptr<std::uint64_t> synced_;  ///< null for files that are only read
};

FaultInjectingFileSystem::FaultInjectingFileSystem(std::shared_ptr<FileSystem> inner)
    : inner_(std::move(inner)), state_(std::make_shared<State>()) {}

FaultInjectingFileSystem::~FaultInjectingFileSystem() = default;

std::uint64_t FaultInjectingFileSystem::calls() const {
  const std::lock_guard lock(state_->mutex);
  return state_->calls;
}

void FaultInjectingFileSystem::fail_call(std::uint64_t n, std::size_t bytes_written) {
  const std::lock_guard lock(state_->mutex);
  state_->failing_call = state_->calls + n;
  state_->bytes_written = bytes_written;
}

void FaultInjectingFileSystem::set_disk_full(bool full) {
  const std::lock_guard lock(state_->mutex);
  state_->disk_full = full;
}

void FaultInjectingFileSystem::drop_unsynced() {
  const std::lock_guard lock(state_->mutex);
  for (const auto& [path, synced] : state_->synced) {
    const auto info = inner_->info(path);
    if (info && info->size > *synced) inner_->open(path, OpenMode::append)->truncate(*synced);
  }
}

std::unique_ptr<File> FaultInjectingFileSystem::open(const std::string& path, OpenMode mode) {
  state_->pass("open", path);
  const auto before = mode == OpenMode::append ? inner_->info(path) : std::nullopt;
  auto file = inner_->open(path, mode);
  std::shared_ptr<std::uint64_t> synced;
  if (mode != OpenMode::read) {
    const std::lock_guard lock(state_->mutex);
    auto& known = state_->synced[path];
    // What a file held before this file system saw it counts as synced.
    if (known == nullptr) known = std::make_shared<std::uint64_t>(before ? before->size : 0);
    if (mode == OpenMode::truncate) *known = 0;
    synced = known;
  }
  return std::make_unique<FaultyFile>(std::move(file), path, state_, std::move(synced));
}

void FaultInjectingFileSystem::rename(const std::string& from, const std::string& to) {
  state_->pass("rename", from);
  inner_->rename(from, to);
  const std::lock_guard lock(state_->mutex);
  state_->synced.erase(to);
  if (auto known = state_->synced.extract(from)) {
    known.key() = to;
    state_->synced.insert(std::move(known));
  }
}

bool FaultInjectingFileSystem::remove(const std::string& path) {
  state_->pass("remove", path);
  const bool removed = inner_->remove(path);
  const std::lock_guard lock(state_->mutex);
  state_->synced.erase(path);
  return removed;
}

std::vector<FileInfo> FaultInjectingFileSystem::list(const std::string& directory) {
  state_->pass("list", directory);
  return inner_->list(directory);
}

std::optional<FileInfo> FaultInjectingFileSystem::info(const std::string& path) {
  state_->pass("look at", path);
  return inner_->info(path);
}

void FaultInjectingFileSystem::create_directories(const std::string& path) {
  state_->pass("make directory", path);
  inner_->create_directories(path);
}

void FaultInjectingFileSystem::sync_directory(const std::string& path) {
  state_->pass("sync", path);
  inner_->sync_directory(path);
}

}  // namespace testing
}  // namespace v1
}  // namespace dstream
