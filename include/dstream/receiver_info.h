#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <dstream/receiver_status.h>

namespace dstream {
inline namespace v1 {

/// A receiver as listeners and StreamingContext::receivers() see it.
struct ReceiverInfo {
  std::uint32_t stream_id = 0;  ///< the input's number, in order of definition: SourceRange::source
  std::string name;             ///< operation that made it, as in "socket_stream"
  std::optional<std::uint32_t> preferred_executor;  ///< what a Receiver asked for
  ReceiverStatus status;
};

}  // namespace v1
}  // namespace dstream
