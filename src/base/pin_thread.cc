#include "base/pin_thread.h"

#include <thread>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace dstream {
inline namespace v1 {
namespace detail {

#if defined(__linux__)

void pin_this_thread(std::uint32_t index) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  std::uint32_t left = index % static_cast<std::uint32_t>(CPU_COUNT(&allowed));
  for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed) || left-- != 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    return;
  }
}

std::uint32_t available_cores() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    return std::thread::hardware_concurrency();
  return static_cast<std::uint32_t>(CPU_COUNT(&allowed));
}

#else

void pin_this_thread(std::uint32_t) {}

std::uint32_t available_cores() {
  const std::uint32_t cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : cores;
}

#endif

}  // namespace detail
}  // namespace v1
}  // namespace dstream
