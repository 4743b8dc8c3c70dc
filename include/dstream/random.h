#pragma once

#include <cstdint>
#include <memory>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// The library's only source of randomness. All members may be called from any thread.
class DSTREAM_EXPORT Random {
 public:
  virtual ~Random();

  /// 64 bits, each value as likely as any other.
  virtual std::uint64_t next_u64() = 0;

  /// The machine's entropy, good enough for secrets; a call to the kernel per number. Shared by the
  /// whole process. next_u64() throws Error{Errc::io} where the machine has none.
  static const std::shared_ptr<Random>& system();

  /// The same numbers for the same seed, for tests and replays (Vigna's SplitMix64).
  static std::shared_ptr<Random> seeded(std::uint64_t seed);
};

}  // namespace v1
}  // namespace dstream
