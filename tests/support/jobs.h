#pragma once

#include <dstream/dstream.h>
#include <dstream/testing/batch_driver.h>
#include <dstream/testing/capturing_sink.h>
#include <dstream/testing/manual_clock.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/context_impl.h"
#include "support/catch.h"

/// Short ways to contexts that tests drive.
namespace jobs {

using Clock = dstream::testing::ManualClock;

/// Everything on the calling thread, batches by hand.
inline dstream::Options by_hand(std::shared_ptr<Clock> clock = std::make_shared<Clock>()) {
  return dstream::testing::inline_options(std::move(clock));
}

/// Executors, batches by hand.
inline dstream::Options on_executors(std::uint32_t executors = 1, std::uint32_t slots = 2,
                                     std::shared_ptr<Clock> clock = std::make_shared<Clock>()) {
  dstream::Options options = by_hand(std::move(clock));
  options.execution = dstream::Execution::flow_graph;
  options.executors = executors;
  options.slots = slots;
  return options;
}

/// Executors, a batch per second of `clock`.
inline dstream::Options by_clock(std::shared_ptr<Clock> clock) {
  dstream::Options options = on_executors(1, 2, std::move(clock));
  options.trigger = dstream::Trigger::interval;
  return options;
}

/// The Error that f throws; the test fails where it throws none.
template <class F>
dstream::Error error_of(F&& f) {
  try {
    f();
  } catch (const dstream::Error& error) {
    return error;
  }
  throw std::logic_error("no dstream::Error was thrown");
}

template <class F>
dstream::Errc code_of(F&& f) {
  return error_of(std::forward<F>(f)).code();
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

template <class T>
std::vector<T> sorted(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values;
}

inline std::vector<int> numbers(int first, int count) {
  std::vector<int> result;
  for (int i = 0; i < count; ++i) result.push_back(first + i);
  return result;
}

/// Starts a context and makes batches without waiting for them, one second each.
class Batches {
 public:
  explicit Batches(dstream::StreamingContext& context) : context_(context) { context.start(); }
  void make() {
    context_.impl().generator().run_until(context_.impl().generator().last() + interval());
  }
  void drain() { context_.impl().scheduler().drain(); }

 private:
  dstream::Duration interval() const { return context_.options().batch_interval; }
  dstream::StreamingContext& context_;
};

/// Holds the records for which it is asked until the test lets them go.
class Gate {
 public:
  /// In the task.
  void pass() {
    arrived_.release();
    open_.acquire();
  }
  /// In the test: waits until a record is held.
  void await() { arrived_.acquire(); }
  void open(int times = 1) { open_.release(times); }

 private:
  std::counting_semaphore<> arrived_{0};
  std::counting_semaphore<> open_{0};
};

}  // namespace jobs
