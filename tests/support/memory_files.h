#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <dstream/error.h>
#include <dstream/file_system.h>

/// Files in memory, with the times that a test gives them; behaves like an inode system: an open file
/// stays readable when its name has gone. `before` is called ahead of every call with its name and
/// path, and may change the files: that is how races are made.
class MemoryFiles final : public dstream::FileSystem {
 public:
  using Hook = std::function<void(const std::string& call, const std::string& path)>;

  void write(const std::string& path, std::string bytes, dstream::Time modified) {
    const std::lock_guard lock(mutex_);
    auto& file = files_[path];
    if (!file) file = std::make_shared<Inode>();
    file->bytes = std::move(bytes);
    file->modified = modified;
  }
  void make_directory(const std::string& path) {
    const std::lock_guard lock(mutex_);
    directories_[path] = true;
  }
  void before(Hook hook) {
    const std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
  }

  std::unique_ptr<dstream::File> open(const std::string& path, dstream::OpenMode) override {
    call("open", path);
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) fail("open", path);
    return std::make_unique<Open>(*this, found->second, path);
  }
  void rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    auto file = files_.extract(from);
    if (file.empty()) fail("rename", from);
    files_[to] = std::move(file.mapped());
  }
  bool remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    return files_.erase(path) + directories_.erase(path) != 0;
  }
  std::vector<dstream::FileInfo> list(const std::string& directory) override {
    call("list", directory);
    const std::lock_guard lock(mutex_);
    const std::string prefix = directory.ends_with('/') ? directory : directory + "/";
    std::vector<dstream::FileInfo> entries;
    for (const auto& [path, file] : files_) {
      if (inside(prefix, path)) {
        entries.push_back({path.substr(prefix.size()), file->bytes.size(), file->modified, false});
      }
    }
    for (const auto& [path, made] : directories_) {
      if (inside(prefix, path)) entries.push_back({path.substr(prefix.size()), 0, {}, true});
    }
    if (entries.empty() && !directories_.contains(directory)) fail("list", directory);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }
  std::optional<dstream::FileInfo> info(const std::string& path) override {
    call("info", path);
    const std::lock_guard lock(mutex_);
    const std::string name = path.substr(path.rfind('/') + 1);
    if (directories_.contains(path)) return dstream::FileInfo{name, 0, {}, true};
    const auto found = files_.find(path);
    if (found == files_.end()) return std::nullopt;
    return dstream::FileInfo{name, found->second->bytes.size(), found->second->modified, false};
  }
  void create_directories(const std::string& path) override { make_directory(path); }
  void sync_directory(const std::string&) override {}

 private:
  struct Inode {
    std::string bytes;
    dstream::Time modified;
  };
  class Open final : public dstream::File {
   public:
    Open(MemoryFiles& files, std::shared_ptr<Inode> inode, std::string path)
        : files_(files), inode_(std::move(inode)), path_(std::move(path)) {}
    void append(std::string_view) override { fail("write to", path_); }
    std::size_t read_at(std::uint64_t offset, std::span<char> buffer) override {
      files_.call("read", path_);
      const std::lock_guard lock(files_.mutex_);
      if (offset >= inode_->bytes.size()) return 0;
      const std::size_t count = std::min(buffer.size(), inode_->bytes.size() - offset);
      std::memcpy(buffer.data(), inode_->bytes.data() + offset, count);
      return count;
    }
    std::uint64_t size() override {
      const std::lock_guard lock(files_.mutex_);
      return inode_->bytes.size();
    }
    void truncate(std::uint64_t) override { fail("truncate", path_); }
    void sync() override {}

   private:
    MemoryFiles& files_;
    std::shared_ptr<Inode> inode_;
    std::string path_;
  };

  static bool inside(const std::string& prefix, const std::string& path) {
    return path.starts_with(prefix) && path.find('/', prefix.size()) == path.npos;
  }
  [[noreturn]] static void fail(const char* what, const std::string& path) {
    throw dstream::Error(dstream::Errc::io, std::string("cannot ") + what + " " + path);
  }
  void call(const char* name, const std::string& path) {
    Hook hook;
    {
      const std::lock_guard lock(mutex_);
      hook = hook_;
    }
    if (hook) hook(name, path);
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Inode>> files_;
  std::map<std::string, bool> directories_;
  Hook hook_;
};
