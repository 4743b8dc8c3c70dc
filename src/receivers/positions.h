#pragma once

#include <string>
#include <vector>

#include <dstream/receiver_position.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Adds a position; one that goes on where the last one ends makes it longer.
void append_position(std::vector<ReceiverPosition>& positions, const ReceiverPosition& next);

void move_positions(std::vector<ReceiverPosition>& from, std::vector<ReceiverPosition>& to);

/// For people: the first few.
std::string describe_positions(const std::vector<ReceiverPosition>& positions);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
