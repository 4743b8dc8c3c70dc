#include "hand_timer.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace dstream::bench {
namespace {

double microseconds(std::int64_t ns) { return static_cast<double>(ns) / 1e3; }

}  // namespace

std::vector<double> run_bare_timer(std::int64_t interval_ns, const std::stop_token& stop) {
  std::vector<double> late;
  std::int64_t due = (wall_ns() / interval_ns + 2) * interval_ns;
  while (!stop.stop_requested()) {
    sleep_until_wall(due);
    const std::int64_t now = wall_ns();
    late.push_back(microseconds(now - due));
    due = (now / interval_ns + 1) * interval_ns;
  }
  return late;
}

std::vector<double> run_bare_hand_off(std::int64_t count, std::int64_t period_ns) {
  std::mutex mutex;
  std::condition_variable filled;
  std::vector<std::int64_t> handed;  // due times; guarded by mutex
  std::jthread producer([&] {
    run_schedule(count, period_ns, [&](std::int64_t, std::int64_t due) {
      {
        std::lock_guard lock(mutex);
        handed.push_back(due);
      }
      filled.notify_one();
    });
  });
  std::vector<double> latencies;
  std::vector<std::int64_t> taken;
  while (latencies.size() < static_cast<std::size_t>(count)) {
    taken.clear();
    {
      std::unique_lock lock(mutex);
      filled.wait(lock, [&] { return !handed.empty(); });
      taken.swap(handed);
    }
    const std::int64_t now = monotonic_ns();
    for (const std::int64_t due : taken) latencies.push_back(microseconds(now - due));
  }
  return latencies;
}

}  // namespace dstream::bench
