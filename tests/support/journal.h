#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

/// What threads of a test note, and the test waits for.
class Journal {
 public:
  void note(std::string entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
    changed_.notify_all();
  }
  /// Waits until `entry` has been noted `times` times.
  void await(const std::string& entry, std::ptrdiff_t times = 1) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return std::count(entries_.begin(), entries_.end(), entry) >= times; });
  }
  std::vector<std::string> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  std::ptrdiff_t count(const std::string& entry) const {
    const std::lock_guard lock(mutex_);
    return std::count(entries_.begin(), entries_.end(), entry);
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> entries_;
};
