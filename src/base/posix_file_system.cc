#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/descriptor.h"
#include "dstream/error.h"
#include "dstream/file_system.h"

namespace dstream {
inline namespace v1 {
namespace {

using detail::Descriptor;

[[noreturn]] void throw_io(const char* what, const std::string& path, int code = errno) {
  throw Error(Errc::io, std::string("cannot ") + what + " " + path + ": " +
                            std::generic_category().message(code));
}

/// Runs a system call again when a signal has interrupted it.
template <class Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

std::string name_of(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return path;
  const std::size_t slash = path.rfind('/', end);
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(begin, end + 1 - begin);
}

/// Inodes are small numbers, devices very small ones.
std::uint64_t id_of(const struct stat& status) {
  constexpr int kInodeBits = 40;
  return std::uint64_t{status.st_ino} ^ (std::uint64_t{status.st_dev} << kInodeBits);
}

FileInfo to_info(std::string name, const struct stat& status) {
  return {std::move(name), static_cast<std::uint64_t>(status.st_size),
          Time(std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec),
          S_ISDIR(status.st_mode), id_of(status)};
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  void append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = retry([&] { return ::write(fd(), bytes.data(), bytes.size()); });
      if (count < 0) throw_io("write to", path_);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  std::size_t read_at(std::uint64_t offset, std::span<char> buffer) override {
    std::size_t done = 0;
    while (done < buffer.size()) {
      const ssize_t count = retry([&] {
        return ::pread(fd(), buffer.data() + done, buffer.size() - done,
                       static_cast<off_t>(offset + done));
      });
      if (count < 0) throw_io("read", path_);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  std::uint64_t size() override {
    struct stat status;
    if (::fstat(fd(), &status) != 0) throw_io("look at", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  void truncate(std::uint64_t size) override {
    if (retry([&] { return ::ftruncate(fd(), static_cast<off_t>(size)); }) != 0) {
      throw_io("truncate", path_);
    }
  }

  void sync() override {
    if (retry([&] { return ::fdatasync(fd()); }) != 0) throw_io("sync", path_);
  }

 private:
  int fd() const { return descriptor_.get(); }

  Descriptor descriptor_;
  std::string path_;
};

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY;
    case OpenMode::append:
      return O_RDWR | O_APPEND | O_CREAT;
    case OpenMode::create_new:
      return O_RDWR | O_APPEND | O_CREAT | O_EXCL;
    case OpenMode::truncate:
      return O_RDWR | O_APPEND | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

class PosixFileSystem final : public FileSystem {
 public:
  std::unique_ptr<File> open(const std::string& path, OpenMode mode) override {
    constexpr mode_t kPermissions = 0666;  // less the process's umask
    Descriptor descriptor(
        retry([&] { return ::open(path.c_str(), open_flags(mode) | O_CLOEXEC, kPermissions); }));
    if (descriptor.get() < 0) throw_io("open", path);
    return std::make_unique<PosixFile>(std::move(descriptor), path);
  }

  void rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) throw_io("rename", from + " to " + to);
  }

  bool remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return true;
    if (errno == ENOENT) return false;
    // POSIX says EPERM for a directory, Linux EISDIR.
    if ((errno == EISDIR || errno == EPERM) && ::rmdir(path.c_str()) == 0) return true;
    throw_io("remove", path);
  }

  std::vector<FileInfo> list(const std::string& directory) override {
    const std::unique_ptr<DIR, CloseDirectory> entries(::opendir(directory.c_str()));
    if (entries == nullptr) throw_io("list", directory);
    std::vector<FileInfo> result;
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(entries.get());
      if (entry == nullptr) break;
      std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat status;
      // A file may have gone since the directory was read.
      if (::fstatat(::dirfd(entries.get()), name.c_str(), &status, 0) != 0) continue;
      result.push_back(to_info(std::move(name), status));
    }
    if (errno != 0) throw_io("list", directory);
    std::sort(result.begin(), result.end(),
              [](const FileInfo& a, const FileInfo& b) { return a.name < b.name; });
    return result;
  }

  std::optional<FileInfo> info(const std::string& path) override {
    struct stat status;
    if (::stat(path.c_str(), &status) == 0) return to_info(name_of(path), status);
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw_io("look at", path);
  }

  void create_directories(const std::string& path) override {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      if (::mkdir(part.c_str(), 0777) != 0) {
        const int code = errno;
        const auto existing = info(part);
        if (!existing || !existing->is_directory) throw_io("make directory", part, code);
      }
      if (end == std::string::npos) return;
    }
  }

  void sync_directory(const std::string& path) override {
    const Descriptor descriptor(
        retry([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (descriptor.get() < 0) throw_io("open", path);
    if (retry([&] { return ::fsync(descriptor.get()); }) != 0) throw_io("sync", path);
  }
};

}  // namespace

File::~File() = default;
FileSystem::~FileSystem() = default;

const std::shared_ptr<FileSystem>& FileSystem::system() {
  static const std::shared_ptr<FileSystem> files = std::make_shared<PosixFileSystem>();
  return files;
}

}  // namespace v1
}  // namespace dstream
