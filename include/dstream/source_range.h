#pragma once

#include <cstdint>
#include <string>

namespace dstream {
inline namespace v1 {

/// What a batch takes from one source, for the batch log and for `BatchInfo`: push sources name
/// their blocks by count, pull sources the range that they will read (offsets, files, batch times).
struct SourceRange {
  std::uint32_t source = 0;   ///< the input's number, in order of definition
  std::uint64_t records = 0;  ///< where known beforehand, else 0
  std::string description;    ///< for people; empty where there is nothing to say
};

}  // namespace v1
}  // namespace dstream
