#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

namespace dstream::bench {

/// Reads a file through a buffer of 1 MiB, the way one writes it by hand: calls
/// `lines(begin, end)` with whole lines; what follows the last '\n' is kept for the next call.
/// Behind `end` there are at least 64 readable bytes.
template <class Lines>
void read_file(const std::string& path, char* buffer, const Lines& lines) {
  constexpr std::size_t kBytes = std::size_t{1} << 20;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw std::runtime_error("cannot open " + path);
  std::size_t kept = 0;
  for (;;) {
    const ssize_t count = ::read(file, buffer + kept, kBytes - kept);
    if (count <= 0) break;
    const std::size_t filled = kept + static_cast<std::size_t>(count);
    const auto* last = static_cast<const char*>(memrchr(buffer, '\n', filled));
    const std::size_t whole = last == nullptr ? 0 : static_cast<std::size_t>(last + 1 - buffer);
    lines(static_cast<const char*>(buffer), static_cast<const char*>(buffer) + whole);
    kept = filled - whole;
    std::memmove(buffer, buffer + whole, kept);
  }
  ::close(file);
}

inline std::unique_ptr<char[]> make_read_buffer() {
  return std::unique_ptr<char[]>(new char[(std::size_t{1} << 20) + 64]);
}

}  // namespace dstream::bench
