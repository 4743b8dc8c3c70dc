#include "runtime/listener_bus.h"

#include <chrono>

#include "dstream/clock.h"

#include "runtime/callback_scope.h"

namespace dstream {
inline namespace v1 {

StreamingListener::~StreamingListener() = default;

namespace detail {
namespace {

constexpr Duration kPatience = std::chrono::seconds(5);

}  // namespace

ListenerBus::ListenerBus(const void* context) : shared_(std::make_shared<Shared>()) {
  shared_->context = context;
}

ListenerBus::~ListenerBus() { stop(); }

void ListenerBus::add(std::shared_ptr<StreamingListener> listener) {
  std::lock_guard lock(shared_->mutex);
  shared_->listeners.push_back(std::move(listener));
}

bool ListenerBus::has_listeners() const {
  std::lock_guard lock(shared_->mutex);
  return !shared_->listeners.empty();
}

void ListenerBus::start() {
  if (!has_listeners() || thread_.joinable()) return;
  thread_ = std::thread([shared = shared_] { work(shared); });
}

void ListenerBus::post(Event event) {
  {
    std::lock_guard lock(shared_->mutex);
    if (shared_->listeners.empty() || shared_->closed) return;
    if (shared_->events.size() >= kCapacity) {
      ++shared_->dropped;
      return;
    }
    shared_->events.push_back(std::move(event));
  }
  shared_->wake.notify_one();
}

void ListenerBus::work(const std::shared_ptr<Shared>& shared) {
  const CallbackScope scope(shared->context, CallbackScope::Kind::protocol);
  std::unique_lock lock(shared->mutex);
  while (true) {
    shared->wake.wait(lock, [&] { return shared->closed || !shared->events.empty(); });
    if (shared->events.empty()) break;
    const Event event = std::move(shared->events.front());
    shared->events.pop_front();
    const auto listeners = shared->listeners;
    lock.unlock();
    std::uint64_t thrown = 0;
    for (const auto& listener : listeners) {
      try {
        event(*listener);
      } catch (...) {
        ++thrown;
      }
    }
    lock.lock();
    shared->dropped += thrown;
  }
  shared->finished = true;
  shared->done.notify_all();
}

bool ListenerBus::stop() {
  if (!thread_.joinable()) return true;
  std::unique_lock lock(shared_->mutex);
  shared_->closed = true;
  shared_->wake.notify_all();
  // Real time whatever the context's clock: it is a real thread that may never come back.
  Clock& clock = *Clock::system();
  const Time deadline = clock.now() + kPatience;
  while (!shared_->finished && clock.now() < deadline) {
    clock.wait_until(lock, shared_->done, deadline);
  }
  const bool finished = shared_->finished;
  lock.unlock();
  if (finished) {
    thread_.join();
  } else {
    thread_.detach();
  }
  return finished;
}

std::uint64_t ListenerBus::dropped() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->dropped;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
