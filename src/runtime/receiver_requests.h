#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dstream/detail/receiver_link.h"

namespace dstream {
inline namespace v1 {
namespace detail {

struct ReceiverLink::Restart {
  std::string message;
  std::optional<Duration> delay;
};

struct ReceiverLink::Requests {
  std::vector<std::string> errors;  ///< at most kMaxErrors; the rest is only counted
  std::uint64_t error_count = 0;
  std::optional<Restart> restart;
  std::optional<std::string> stop;

  bool any() const { return error_count != 0 || restart || stop; }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
