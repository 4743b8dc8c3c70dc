#pragma once

#include <memory>
#include <utility>

#include <dstream/block.h>
#include <dstream/detail/step.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Puts a stream's records at rest in a block of `T`'s layout. The first `limit` records of a slice
/// are kept.
template <class T>
class Collector final : public Terminal {
 public:
  explicit Collector(std::size_t limit = SIZE_MAX) : limit_(limit) {}

  void process(Chunk chunk) override {
    const std::size_t room = limit_ - builder_.size();
    const std::size_t count = chunk.size < room ? chunk.size : room;
    if (chunk.movable) {
      for (T& record : chunk.movable_records<T>().first(count)) builder_.append(std::move(record));
    } else {
      for (const T& record : chunk.records<T>().first(count)) builder_.append(record);
    }
  }
  void reset() noexcept override { builder_.clear(); }
  SliceOutputPtr take() override { return builder_.finish(); }

 private:
  BlockBuilder<T> builder_;
  std::size_t limit_;
};

/// Makes terminals that put a stream at rest.
using CollectorFactory = TerminalPtr (*)(std::size_t limit);

template <class T>
TerminalPtr make_collector(std::size_t limit) {
  return TerminalPtr(new Collector<T>(limit));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
