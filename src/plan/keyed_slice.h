#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <dstream/detail/keyed_slice.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Slices whose batch is done, kept for their memory: fresh memory costs more than filling it.
class SlicePool {
 public:
  explicit SlicePool(const EntryType& type) noexcept : type_(type) {}
  std::shared_ptr<KeyedSlice> take();
  void put_back(SliceOutputPtr output);

 private:
  const EntryType& type_;
  std::mutex mutex_;                               // leaf; held for a push or pop
  std::vector<std::shared_ptr<KeyedSlice>> idle_;  // at most what one batch wrote
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
