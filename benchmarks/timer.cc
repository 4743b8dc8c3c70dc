#include "timer.h"

#include <errno.h>
#include <sys/prctl.h>
#include <time.h>

namespace dstream::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

void sleep_until(clockid_t clock, std::int64_t due_ns) {
  const timespec due{due_ns / kSecond, due_ns % kSecond};
  while (clock_nanosleep(clock, TIMER_ABSTIME, &due, nullptr) == EINTR) {
  }
}

}  // namespace

std::int64_t wall_ns() { return read_clock(CLOCK_REALTIME); }
std::int64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }
void sleep_until_wall(std::int64_t due_ns) { sleep_until(CLOCK_REALTIME, due_ns); }
void sleep_until_monotonic(std::int64_t due_ns) { sleep_until(CLOCK_MONOTONIC, due_ns); }
void want_exact_timers() { prctl(PR_SET_TIMERSLACK, 1UL); }

}  // namespace dstream::bench
