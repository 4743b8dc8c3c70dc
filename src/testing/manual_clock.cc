#include "dstream/testing/manual_clock.h"

#include <algorithm>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace testing {

ManualClock::ManualClock(Time start) : now_(start) {}
ManualClock::~ManualClock() = default;

Time ManualClock::now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

Duration ManualClock::monotonic() const { return now() - Time(0); }

void ManualClock::wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                             Time deadline) {
  std::list<Waiter>::iterator self;
  {
    std::lock_guard own(mutex_);
    if (now_ >= deadline) return;
    self = waiters_.insert(waiters_.end(), {lock.mutex(), &cv, deadline});
    changed_.notify_all();
  }
  cv.wait(lock);
  // advance() may be about to lock the caller's mutex: let it before this entry goes away.
  lock.unlock();
  {
    std::unique_lock own(mutex_);
    changed_.wait(own, [&] { return self->in_use == 0; });
    waiters_.erase(self);
  }
  lock.lock();
}

void ManualClock::advance(Duration by) {
  std::vector<std::list<Waiter>::iterator> due;
  {
    std::lock_guard own(mutex_);
    now_ = now_ + by;
    for (auto waiter = waiters_.begin(); waiter != waiters_.end(); ++waiter) {
      if (waiter->deadline > now_) continue;
      ++waiter->in_use;
      due.push_back(waiter);
    }
  }
  for (const auto& waiter : due) {
    {
      // Under the waiter's mutex: it is either waiting, or has yet to look at the time.
      std::lock_guard theirs(*waiter->mutex);
      waiter->cv->notify_all();
    }
    std::lock_guard own(mutex_);
    --waiter->in_use;
    changed_.notify_all();
  }
}

void ManualClock::await_waiters(std::size_t count) {
  std::unique_lock own(mutex_);
  changed_.wait(own, [&] {
    return static_cast<std::size_t>(
               std::count_if(waiters_.begin(), waiters_.end(),
                             [&](const Waiter& w) { return w.deadline > now_; })) >= count;
  });
}

}  // namespace testing
}  // namespace v1
}  // namespace dstream
