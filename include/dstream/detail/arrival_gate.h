#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

class SourceHost;

/// Lets any thread tell a source's host of data, and never after close(): a host that is gone is
/// not called. Holds no lock while it calls the host.
class DSTREAM_EXPORT ArrivalGate {
 public:
  void open(SourceHost& host);
  /// Calls data_arrived() if the gate is open.
  void announce();
  /// Waits for calls that are under way; not to be called from inside of one.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable idle_;
  SourceHost* host_ = nullptr;
  std::uint32_t calls_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
