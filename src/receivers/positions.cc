#include "receivers/positions.h"

#include <cstddef>

namespace dstream {
inline namespace v1 {
namespace detail {

void append_position(std::vector<ReceiverPosition>& positions, const ReceiverPosition& next) {
  if (!positions.empty()) {
    ReceiverPosition& last = positions.back();
    if (last.origin == next.origin && last.until == next.from && next.until >= next.from) {
      last.until = next.until;
      return;
    }
  }
  positions.push_back(next);
}

void move_positions(std::vector<ReceiverPosition>& from, std::vector<ReceiverPosition>& to) {
  for (ReceiverPosition& position : from) append_position(to, position);
  from.clear();
}

std::string describe_positions(const std::vector<ReceiverPosition>& positions) {
  constexpr std::size_t kDescribed = 8;
  std::string text;
  for (std::size_t i = 0; i < positions.size() && i < kDescribed; ++i) {
    const ReceiverPosition& position = positions[i];
    if (i != 0) text += ", ";
    text += position.origin;
    if (position.until != position.from) {
      text += " [" + std::to_string(position.from) + ", " + std::to_string(position.until) + ")";
    }
  }
  if (positions.size() > kDescribed) {
    text += " and " + std::to_string(positions.size() - kDescribed) + " more";
  }
  return text;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
