#pragma once

#include <cstdint>
#include <string>

namespace dstream {
inline namespace v1 {

/// Where in its origin the records of a block lie, in the receiver's own terms: the library keeps
/// it beside the block, shows it in BatchInfo, and hands it back (see Receiver::on_committed).
struct ReceiverPosition {
  std::string origin;       ///< what the numbers count in, or an opaque token on its own
  std::uint64_t from = 0;   ///< the first record's number
  std::uint64_t until = 0;  ///< the number behind the last record's

  bool operator==(const ReceiverPosition&) const = default;
};

}  // namespace v1
}  // namespace dstream
