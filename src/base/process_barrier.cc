#include "base/process_barrier.h"

#if defined(__linux__)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace dstream {
inline namespace v1 {
namespace detail {

#if defined(__linux__) && defined(SYS_membarrier)

bool has_process_barrier() noexcept {
  // Asked by running it: the query also names commands that the kernel refuses on nohz_full cores.
  static const bool available = ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0;
  return available;
}

void process_barrier() noexcept { ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0); }

#else

bool has_process_barrier() noexcept { return false; }
void process_barrier() noexcept {}

#endif

}  // namespace detail
}  // namespace v1
}  // namespace dstream
