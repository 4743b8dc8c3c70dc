#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dstream {
inline namespace v1 {

/// What a receiver has done so far.
struct ReceiverStatus {
  bool connected = false;
  std::uint64_t connects = 0;          ///< connections made
  std::uint64_t failures = 0;          ///< attempts that failed and connections that ended
  std::uint64_t records = 0;           ///< lines received
  std::uint64_t dropped_overlong = 0;  ///< lines dropped because they were too long
  std::size_t held_bytes = 0;          ///< received data that no batch has given back yet
  std::string last_error;              ///< why the last attempt or connection ended
};

}  // namespace v1
}  // namespace dstream
