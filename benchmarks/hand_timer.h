#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

namespace dstream::bench {

/// A bare timer thread: sleeps until every multiple of `interval_ns` of the wall clock until it is
/// asked to stop; gives how late it woke each time, in microseconds.
std::vector<double> run_bare_timer(std::int64_t interval_ns, const std::stop_token& stop);

/// Calls `produce(sequence, due_ns)` on a fixed schedule of the monotonic clock, `count` times.
template <class Produce>
void run_schedule(std::int64_t count, std::int64_t period_ns, const Produce& produce);

/// Two threads: one hands `count` records over through a condition variable on a fixed schedule,
/// the other takes them; due time to receipt of each, in microseconds.
std::vector<double> run_bare_hand_off(std::int64_t count, std::int64_t period_ns);

}  // namespace dstream::bench

#include "timer.h"

namespace dstream::bench {

template <class Produce>
void run_schedule(std::int64_t count, std::int64_t period_ns, const Produce& produce) {
  want_exact_timers();
  std::int64_t due = monotonic_ns() + period_ns;
  for (std::int64_t i = 0; i < count; ++i, due += period_ns) {
    sleep_until_monotonic(due);
    produce(i, due);
  }
}

}  // namespace dstream::bench
