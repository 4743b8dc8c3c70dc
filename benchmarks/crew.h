#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include "machine.h"

namespace dstream::bench {

/// The calling thread and, with two threads, a second one that lives as long as the crew. Each
/// call runs `job(worker)` on all of them at once, each on a core of its own: left alone, the
/// kernel keeps both on one core for a while. The second thread spins for a moment between jobs
/// before it sleeps, so handing it a job costs next to nothing in a busy loop.
class Crew {
 public:
  explicit Crew(int threads) : threads_(threads) {
    if (threads == 2) second_ = std::jthread([this] { serve(); });
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    if (threads_ != 2) return;
    stopping_ = true;
    call();
  }

  int threads() const { return threads_; }

  template <std::invocable<int> Job>
  void run(Job&& job) {
    if (threads_ == 1) return job(0);
    const OnFirstCore first;
    job_ = [&job] { job(1); };
    call();
    job(0);
    await(done_, asked_.load(std::memory_order_relaxed));
  }

 private:
  static constexpr int kSpins = 20'000;

  void call() {
    asked_.fetch_add(1, std::memory_order_release);
    asked_.notify_one();
  }
  static void await(const std::atomic<std::uint32_t>& counter, std::uint32_t wanted) {
    for (int i = 0; i < kSpins; ++i) {
      if (counter.load(std::memory_order_acquire) == wanted) return;
      __builtin_ia32_pause();
    }
    std::uint32_t seen = counter.load(std::memory_order_acquire);
    while (seen != wanted) {
      counter.wait(seen, std::memory_order_acquire);
      seen = counter.load(std::memory_order_acquire);
    }
  }
  void serve() {
    for (std::uint32_t job = 1;; ++job) {
      await(asked_, job);
      if (stopping_) return;
      take_core(1);
      job_();
      done_.store(job, std::memory_order_release);
      done_.notify_one();
    }
  }

  const int threads_;
  bool stopping_ = false;
  std::function<void()> job_;
  std::atomic<std::uint32_t> asked_{0};
  std::atomic<std::uint32_t> done_{0};
  std::jthread second_;
};

/// The part of `count` items that a worker of `workers` takes: [first, second).
inline std::pair<std::size_t, std::size_t> share(std::size_t count, int worker, int workers) {
  const auto w = static_cast<std::size_t>(worker);
  const auto n = static_cast<std::size_t>(workers);
  return {count * w / n, count * (w + 1) / n};
}

}  // namespace dstream::bench
