#include "runtime/listener_bus.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "runtime/callback_scope.h"

namespace dstream {
inline namespace v1 {

StreamingListener::~StreamingListener() = default;

namespace detail {
namespace {

constexpr Duration kPatience = std::chrono::seconds(5);

}  // namespace

ListenerBus::ListenerBus(const void* context, std::shared_ptr<Clock> clock)
    : shared_(std::make_shared<Shared>()), clock_(std::move(clock)) {
  shared_->context = context;
}

ListenerBus::~ListenerBus() { stop(); }

void ListenerBus::add(std::shared_ptr<StreamingListener> listener) {
  std::lock_guard lock(shared_->mutex);
  shared_->listeners.push_back(std::move(listener));
}

void ListenerBus::remove(const std::shared_ptr<StreamingListener>& listener) {
  const std::shared_ptr<StreamingListener> kept = listener;  // its destructor is the user's
  std::lock_guard lock(shared_->mutex);
  std::erase(shared_->listeners, kept);
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
      ++shared_->status.dropped;
      return;
    }
    shared_->events.push_back(std::move(event));
  }
  shared_->wake.notify_one();
}

bool ListenerBus::is_listening(Shared& shared, const std::shared_ptr<StreamingListener>& listener) {
  std::lock_guard lock(shared.mutex);
  return std::find(shared.listeners.begin(), shared.listeners.end(), listener) !=
         shared.listeners.end();
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
      if (!is_listening(*shared, listener)) continue;  // removed since
      try {
        event(*listener);
      } catch (...) {
        ++thrown;
      }
    }
    lock.lock();
    shared->status.thrown += thrown;
  }
  shared->finished = true;
  shared->done.notify_all();
}

void ListenerBus::stop() {
  if (!thread_.joinable()) return;
  std::unique_lock lock(shared_->mutex);
  shared_->closed = true;
  shared_->wake.notify_all();
  const Time deadline = clock_->now() + kPatience;
  while (!shared_->finished && clock_->now() < deadline) {
    clock_->wait_until(lock, shared_->done, deadline);
  }
  const bool finished = shared_->finished;
  if (!finished) {
    shared_->status.left_behind = true;
    shared_->status.dropped += shared_->events.size();
    shared_->events.clear();
  }
  lock.unlock();
  if (finished) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

ListenerStatus ListenerBus::status() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->status;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
