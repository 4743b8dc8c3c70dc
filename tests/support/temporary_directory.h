#pragma once

#include <dstream/file_system.h>
#include <dstream/random.h>

#include <filesystem>
#include <string>

/// A directory of its own for a test, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory()
      : path_((std::filesystem::temp_directory_path() /
               ("dstream_test_" + std::to_string(dstream::Random::system()->next_u64())))
                  .string()) {
    dstream::FileSystem::system()->create_directories(path_);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};
