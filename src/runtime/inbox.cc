#include "runtime/inbox.h"

#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

// About 50 µs of pause instructions on current machines; bounded by iterations, not by a clock.
constexpr std::uint32_t kSpins = 1500;
// A spin that was rewarded buys this many further ones; one wait in kProbe tries again unasked.
constexpr std::uint32_t kCredit = 4;
constexpr std::uint32_t kProbe = 64;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

void Inbox::signal(std::unique_lock<std::mutex> lock) {
  pending_.store(true);
  const bool wake = sleeping_;
  lock.unlock();
  if (wake) wake_.notify_one();
}

void Inbox::put(const std::vector<Token>& tokens) {
  std::unique_lock lock(mutex_);
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  signal(std::move(lock));
}

void Inbox::request_poll() {
  std::unique_lock lock(mutex_);
  if (poll_) return;
  poll_ = true;
  signal(std::move(lock));
}

void Inbox::close() {
  closed_.store(true);
  std::unique_lock lock(mutex_);
  signal(std::move(lock));
}

bool Inbox::take(std::vector<Token>& tokens) {
  std::lock_guard lock(mutex_);
  tokens.insert(tokens.end(), tokens_.begin(), tokens_.end());
  tokens_.clear();
  pending_.store(false, std::memory_order_relaxed);
  return std::exchange(poll_, false);
}

bool Inbox::spin() {
  const bool try_it = spin_credit_ > 0 || ++waits_ % kProbe == 0;
  if (!try_it) return false;
  for (std::uint32_t i = 0; i < kSpins; ++i) {
    if (pending()) {
      spin_credit_ = kCredit;
      return true;
    }
    pause();
  }
  if (spin_credit_ > 0) --spin_credit_;
  return false;
}

bool Inbox::wait() {
  if (!pending() && !spin()) {
    std::unique_lock lock(mutex_);
    sleeping_ = true;
    wake_.wait(lock, [this] { return pending() || closed_.load(); });
    sleeping_ = false;
  }
  std::lock_guard lock(mutex_);
  return !closed_.load() || !tokens_.empty();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
