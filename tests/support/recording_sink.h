#pragma once

#include <dstream/sink.h>

#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// Sinks and logs that note their calls.
namespace recording {

/// Calls as text, in the order in which they came.
class Calls {
 public:
  void add(std::string call) {
    std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
  }
  std::vector<std::string> all() const {
    std::lock_guard lock(mutex_);
    return calls_;
  }
  /// Those that begin with `start`.
  std::vector<std::string> of(const std::string& start) const {
    std::vector<std::string> found;
    for (const std::string& call : all()) {
      if (call.rfind(start, 0) == 0) found.push_back(call);
    }
    return found;
  }
  std::vector<std::string> take() {
    std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
};

/// "begin 1/0#0": batch second 1, partition 0, attempt 0. `fault` may throw, given the call.
class Sink final : public dstream::Sink<int> {
 public:
  void begin(const dstream::WriteKey& key) override { note("begin", key, ""); }
  void write(const dstream::WriteKey& key, const int& record) override {
    note("write", key, " " + std::to_string(record));
  }
  std::string prepare(const dstream::WriteKey& key) override {
    note("prepare", key, "");
    return "h" + place(key);
  }
  void commit(const dstream::WriteKey& key, const std::string& handle) override {
    note("commit", key, " " + handle);
  }
  void abort(const dstream::WriteKey& key, const std::string& handle) override {
    note("abort", key, handle.empty() ? "" : " " + handle);
  }

  Calls calls;
  std::string uid;  ///< of the last key
  std::function<void(const std::string&)> fault = [](const std::string&) {};

 private:
  static std::string place(const dstream::WriteKey& key) {
    return std::to_string(key.batch_time.ns() / 1'000'000'000) + "/" +
           std::to_string(key.partition) + "#" + std::to_string(key.attempt);
  }
  void note(const char* what, const dstream::WriteKey& key, const std::string& rest) {
    const std::string call = what + (" " + place(key)) + rest;
    {
      std::lock_guard lock(mutex_);
      uid = key.sink_uid;
    }
    calls.add(call);
    fault(call);
  }
  std::mutex mutex_;
};

/// Throws for the calls given, each as often as said, however many tasks call; copies share what is
/// left.
class Faults {
 public:
  explicit Faults(std::vector<std::pair<std::string, int>> faults)
      : left_(std::make_shared<Left>(std::move(faults))) {}
  void operator()(const std::string& call) const {
    std::lock_guard lock(left_->mutex);
    for (auto& [start, times] : left_->faults) {
      if (times > 0 && call.rfind(start, 0) == 0) {
        --times;
        throw std::runtime_error("no " + call);
      }
    }
  }

 private:
  struct Left {
    explicit Left(std::vector<std::pair<std::string, int>> given) : faults(std::move(given)) {}
    std::mutex mutex;
    std::vector<std::pair<std::string, int>> faults;
  };
  std::shared_ptr<Left> left_;
};

}  // namespace recording
