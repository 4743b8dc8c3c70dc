#include "dstream/random.h"

#include <sys/random.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace {

class SystemRandom final : public Random {
 public:
  std::uint64_t next_u64() override {
    std::uint64_t value = 0;
    // Eight bytes come whole or not at all.
    while (::getrandom(&value, sizeof(value), 0) != sizeof(value)) {
      if (errno == EINTR) continue;
      throw Error(Errc::io, "getrandom: " + std::generic_category().message(errno));
    }
    return value;
  }
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next_u64() override {
    constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;
    std::uint64_t z = state_.fetch_add(kStep, std::memory_order_relaxed) + kStep;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace

Random::~Random() = default;

const std::shared_ptr<Random>& Random::system() {
  static const std::shared_ptr<Random> random = std::make_shared<SystemRandom>();
  return random;
}

std::shared_ptr<Random> Random::seeded(std::uint64_t seed) {
  return std::make_shared<SeededRandom>(seed);
}

}  // namespace v1
}  // namespace dstream
