#pragma once

#include <dstream/block.h>
#include <dstream/clock.h>
#include <dstream/detail/input_source.h>
#include <dstream/owned.h>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Drives sources without a context.
namespace source_probe {

/// A context's side of a source that counts what it is told.
class FakeHost final : public dstream::detail::SourceHost {
 public:
  explicit FakeHost(bool wants_arrivals = false,
                    std::shared_ptr<dstream::Clock> clock = dstream::Clock::system())
      : wants_arrivals_(wants_arrivals), clock_(std::move(clock)) {}

  void data_arrived() override {
    arrivals.fetch_add(1);
    arrivals.notify_all();
  }
  void dead_letter(const char* source, std::string reason, std::string_view payload) override {
    const std::lock_guard lock(letters_mutex);
    letters.push_back(std::string(source) + ": " + reason + ": " + std::string(payload));
  }
  void source_failed(std::exception_ptr error) override {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& exception) {
      const std::lock_guard lock(letters_mutex);
      failure = exception.what();
    }
    failures.fetch_add(1);
    failures.notify_all();
  }
  dstream::Clock& clock() override { return *clock_; }
  bool wants_arrivals() const override { return wants_arrivals_; }

  std::atomic<int> arrivals{0};
  std::atomic<int> failures{0};
  std::mutex letters_mutex;
  std::vector<std::string> letters;
  std::string failure;  // the last one; guarded by letters_mutex

 private:
  bool wants_arrivals_;
  std::shared_ptr<dstream::Clock> clock_;
};

/// Keeps the records of the chunks that it is given.
template <class T>
class Capture final : public dstream::detail::Step {
 public:
  void process(dstream::detail::Chunk chunk) override {
    ++chunks;
    for (const T& record : chunk.records<T>()) records.push_back(dstream::own(record));
  }
  std::vector<dstream::Owned<T>> records;
  std::size_t chunks = 0;
};

inline std::vector<dstream::detail::BlockPtr> cut(dstream::detail::InputSource& source,
                                                  dstream::Time from = dstream::Time(0),
                                                  dstream::Time until = dstream::Time(1)) {
  std::vector<dstream::detail::BlockPtr> blocks;
  source.cut(from, until, blocks);
  return blocks;
}

template <class T>
std::vector<dstream::Owned<T>> read(const dstream::detail::Block& block) {
  Capture<T> capture;
  block.read(0, block.size(), capture);
  return std::move(capture.records);
}

/// What the next batch of `source` would see, in block order.
template <class T>
std::vector<dstream::Owned<T>> take(dstream::detail::InputSource& source,
                                    dstream::Time from = dstream::Time(0),
                                    dstream::Time until = dstream::Time(1)) {
  std::vector<dstream::Owned<T>> records;
  for (const auto& block : cut(source, from, until)) {
    for (auto&& record : read<T>(*block)) records.push_back(std::move(record));
  }
  return records;
}

}  // namespace source_probe
