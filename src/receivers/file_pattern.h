#pragma once

#include <string>
#include <vector>

#include <dstream/file_system.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Whether a path has any of the characters *, ? and [ of a pattern.
bool is_file_pattern(const std::string& path);

/// The paths that a pattern of the shell names, in byte order name by name; '*', '?' and '[…]' stand
/// for parts of one name and for no leading dot. A path that is no pattern names itself. Throws
/// Error{Errc::io} where a directory in which to look cannot be listed.
std::vector<std::string> match_files(FileSystem& files, const std::string& pattern);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
