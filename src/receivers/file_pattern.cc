#include "receivers/file_pattern.h"

#include <fnmatch.h>

#include <algorithm>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

std::string in_directory(const std::string& directory, const std::string& name) {
  if (directory.empty() || directory.back() == '/') return directory + name;
  return directory + '/' + name;
}

/// The entries of `directory` that match; only directories where names follow.
void match_in(FileSystem& files, const std::string& directory, const std::string& pattern,
              bool names_follow, std::vector<std::string>& found) {
  for (const FileInfo& entry : files.list(directory.empty() ? "." : directory)) {
    if (names_follow && !entry.is_directory) continue;
    if (::fnmatch(pattern.c_str(), entry.name.c_str(), FNM_PERIOD) != 0) continue;
    found.push_back(in_directory(directory, entry.name));
  }
}

}  // namespace

bool is_file_pattern(const std::string& path) {
  return path.find_first_of("*?[") != std::string::npos;
}

std::vector<std::string> match_files(FileSystem& files, const std::string& pattern) {
  if (!is_file_pattern(pattern)) return {pattern};
  std::vector<std::string> found = {pattern.front() == '/' ? "/" : ""};
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] == '/') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(pattern.find('/', at), pattern.size());
    const std::string name = pattern.substr(at, end - at);
    const bool names_follow = pattern.find_first_not_of('/', end) != std::string::npos;
    std::vector<std::string> next;
    for (const std::string& directory : found) {
      if (is_file_pattern(name)) {
        match_in(files, directory, name, names_follow, next);
      } else if (const std::string path = in_directory(directory, name);
                 directory.empty() || files.info(path).has_value()) {
        next.push_back(path);
      }
    }
    found = std::move(next);
    at = end;
  }
  return found;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
