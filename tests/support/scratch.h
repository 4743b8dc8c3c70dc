#pragma once

#include <dstream/file_system.h>
#include <dstream/random.h>

#include <filesystem>
#include <memory>
#include <string>

/// Files of tests.
namespace scratch {

/// A directory of its own for a test, removed at the end.
struct Directory {
  Directory() { files->create_directories(path); }
  ~Directory() { std::filesystem::remove_all(path); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string operator/(const std::string& name) const { return path + "/" + name; }

  std::shared_ptr<dstream::FileSystem> files = dstream::FileSystem::system();
  std::string path = (std::filesystem::temp_directory_path() /
                      ("dstream_test_" + std::to_string(dstream::Random::system()->next_u64())))
                         .string();
};

inline std::string content(const std::string& path) {
  const auto file = dstream::FileSystem::system()->open(path, dstream::OpenMode::read);
  std::string text(static_cast<std::size_t>(file->size()), '#');
  text.resize(file->read_at(0, text));
  return text;
}

}  // namespace scratch
