#pragma once

#include <cstdint>

namespace dstream {
inline namespace v1 {

/// What became of something that the host has pushed.
enum class PushResult : std::uint8_t {
  ok,       ///< accepted
  full,     ///< the bound is reached; only from calls that do not wait
  closed,   ///< the input was closed, or its context is gone
  stopped,  ///< the context has stopped, or the caller's stop token was triggered
};

}  // namespace v1
}  // namespace dstream
