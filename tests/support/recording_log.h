#pragma once

#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <dstream/batch_log.h>

#include "support/jobs.h"

namespace jobs {

inline dstream::Time seconds(std::int64_t count) { return dstream::Time(count * 1'000'000'000); }

inline std::int64_t in_seconds(dstream::Time time) { return time.ns() / 1'000'000'000; }

/// Keeps every call as text.
class RecordingLog final : public dstream::BatchLog {
 public:
  void alloc(const dstream::AllocRecord& record) override {
    {
      std::lock_guard lock(mutex_);
      allocs_.push_back(record);
    }
    note("alloc", record.batch_time);
  }
  void prepare(dstream::Time time) override { note("prepare", time); }
  void commit(dstream::Time time) override { note("commit", time); }
  void publish(dstream::Time time) override { note("publish", time); }

  void note(const std::string& what, dstream::Time time) {
    const std::string text = what + " " + std::to_string(in_seconds(time));
    std::lock_guard lock(mutex_);
    calls_.push_back(text);
    if (text == fail_at) throw std::runtime_error("the log cannot " + text);
  }
  std::vector<std::string> calls() const {
    std::lock_guard lock(mutex_);
    return calls_;
  }
  std::vector<dstream::AllocRecord> allocs() const {
    std::lock_guard lock(mutex_);
    return allocs_;
  }
  std::size_t count(const std::string& what) const {
    std::size_t result = 0;
    for (const std::string& call : calls()) result += call.rfind(what, 0) == 0 ? 1U : 0U;
    return result;
  }

  std::string fail_at;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
  std::vector<dstream::AllocRecord> allocs_;
};

}  // namespace jobs
