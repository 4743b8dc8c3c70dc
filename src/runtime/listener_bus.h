#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <dstream/clock.h>
#include <dstream/listener.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Carries events to listeners on a thread of its own, which start() makes if there are any. The
/// queue holds at most kCapacity events; what comes on top is dropped and counted. A listener that
/// never returns is left behind at stop: its thread owns nothing but shared state.
class ListenerBus {
 public:
  using Event = std::function<void(StreamingListener&)>;
  static constexpr std::size_t kCapacity = 1000;

  /// `context` identifies the owner for CallbackScope; `clock` measures the patience of stop().
  ListenerBus(const void* context, std::shared_ptr<Clock> clock);
  ~ListenerBus();

  void add(std::shared_ptr<StreamingListener> listener);
  /// It hears nothing any more but the call that it may be in, which is not waited for.
  void remove(const std::shared_ptr<StreamingListener>& listener);
  void start();
  /// Delivers what is queued, for at most five seconds; then the thread is left behind, and what is
  /// still queued is dropped.
  void stop();

  bool has_listeners() const;
  void post(Event event);
  ListenerStatus status() const;

 private:
  struct Shared {
    const void* context = nullptr;
    std::mutex mutex;  // guards all below
    std::condition_variable wake;
    std::condition_variable done;
    std::vector<std::shared_ptr<StreamingListener>> listeners;
    std::deque<Event> events;
    ListenerStatus status;
    bool closed = false;
    bool finished = false;
  };
  static bool is_listening(Shared& shared, const std::shared_ptr<StreamingListener>& listener);
  static void work(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
  const std::shared_ptr<Clock> clock_;
  std::thread thread_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
