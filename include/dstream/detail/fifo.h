#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace detail {

/// First in, first out, on a vector: <deque> would cost every user 2 % of dstream.h. Takes constant
/// time on average. Unbounded; its owner says what bounds it. Not thread-safe.
template <class T>
class Fifo {
 public:
  bool empty() const { return first_ == items_.size(); }

  template <class... Args>
  void emplace_back(Args&&... args) {
    items_.emplace_back(std::forward<Args>(args)...);
  }
  /// Takes the front away.
  T pop_front() {
    T item = std::move(items_[first_++]);
    if (first_ * 2 >= items_.size()) {
      // Half is used up: moving the rest costs no more than was popped.
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    return item;
  }

 private:
  std::vector<T> items_;
  std::size_t first_ = 0;  // what is before has been popped
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
