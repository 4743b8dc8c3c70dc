#include "dstream/detail/arrival_gate.h"

#include "dstream/detail/input_source.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void ArrivalGate::open(SourceHost& host) {
  const std::lock_guard lock(mutex_);
  host_ = &host;
}

void ArrivalGate::announce() {
  std::unique_lock lock(mutex_);
  if (host_ == nullptr) return;
  SourceHost& host = *host_;
  ++calls_;
  lock.unlock();
  host.data_arrived();
  lock.lock();
  if (--calls_ == 0) idle_.notify_all();
}

void ArrivalGate::close() {
  std::unique_lock lock(mutex_);
  host_ = nullptr;
  idle_.wait(lock, [this] { return calls_ == 0; });
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
