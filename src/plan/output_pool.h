#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "dstream/detail/step.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Slice outputs whose batch is done, kept for their memory: fresh memory costs more than filling
/// it. `Output` has clear(), which keeps memory. Owned by an exchange; thread-safe.
template <class Output>
class OutputPool {
 public:
  /// Makes one of `args` where none is idle.
  template <class... Args>
  std::shared_ptr<Output> take(const Args&... args) {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto output = std::move(idle_.back());
        idle_.pop_back();
        return output;
      }
    }
    return std::make_shared<Output>(args...);
  }
  void put_back(SliceOutputPtr output) {
    auto own = std::static_pointer_cast<Output>(std::move(output));
    own->clear();
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(own));
  }

 private:
  std::mutex mutex_;                           // leaf; held for a push or pop
  std::vector<std::shared_ptr<Output>> idle_;  // at most what one batch wrote
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
