#pragma once

#include <atomic>
#include <chrono>

#include "receivers/byte_receiver.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Lines of a descriptor that somebody else owns. The thread reads until the end of the input. While
/// the bound of the BlockGenerator is reached nothing is read, which holds a pipe's writer back.
class StdinTextSource final : public ByteReceiver {
 public:
  StdinTextSource(BorrowedInput input, const Tunables& tunables,
                  Duration block_interval = std::chrono::milliseconds(200));
  ~StdinTextSource() override;

  SourceEnd end() const override {
    if (!ended_.load(std::memory_order_acquire)) return SourceEnd::open;
    return has_data() ? SourceEnd::ahead : SourceEnd::reached;
  }

 private:
  void receive() override;
  void read(Feed& feed);

  BorrowedInput input_;
  std::atomic<bool> ended_{false};
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
