#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace dstream {
inline namespace v1 {

/// Where a piece of keyed state lives: operator, task, key group. The task is 0 unless a source owns
/// partitions, as Kafka's do.
struct StateAddress {
  std::string operator_uid;
  std::uint32_t task = 0;
  std::uint32_t key_group = 0;

  friend auto operator<=>(const StateAddress&, const StateAddress&) = default;
};

}  // namespace v1
}  // namespace dstream
