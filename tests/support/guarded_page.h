#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace dstream::testing {

/// Memory whose first byte follows, and whose last byte is followed by, pages that may not be
/// touched: one byte read outside it ends the process.
class GuardedPage {
 public:
  GuardedPage() : size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* mapped = mmap(nullptr, 3 * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::runtime_error("mmap failed");
    base_ = static_cast<char*>(mapped);
    if (mprotect(begin(), size_, PROT_READ | PROT_WRITE) != 0) {
      munmap(base_, 3 * size_);
      throw std::runtime_error("mprotect failed");
    }
  }
  GuardedPage(const GuardedPage&) = delete;
  GuardedPage& operator=(const GuardedPage&) = delete;
  ~GuardedPage() { munmap(base_, 3 * size_); }

  std::size_t size() const { return size_; }
  char* begin() const { return base_ + size_; }
  char* end() const { return begin() + size_; }

  /// The text, copied so that its last byte is the page's last.
  std::string_view at_end(std::string_view text) const {
    if (!text.empty()) std::memcpy(end() - text.size(), text.data(), text.size());
    return {end() - text.size(), text.size()};
  }

  /// The text, copied so that its first byte is the page's first.
  std::string_view at_begin(std::string_view text) const {
    if (!text.empty()) std::memcpy(begin(), text.data(), text.size());
    return {begin(), text.size()};
  }

 private:
  std::size_t size_;
  char* base_ = nullptr;
};

}  // namespace dstream::testing
