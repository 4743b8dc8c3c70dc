#pragma once

#include <cstdint>

namespace dstream::bench {

/// The wall clock and the monotonic clock, in nanoseconds.
std::int64_t wall_ns();
std::int64_t monotonic_ns();

/// Sleeps until a clock has reached `due`.
void sleep_until_wall(std::int64_t due_ns);
void sleep_until_monotonic(std::int64_t due_ns);

/// Has the kernel wake the calling thread on time rather than up to 50 us late.
void want_exact_timers();

}  // namespace dstream::bench
