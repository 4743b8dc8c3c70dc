#pragma once

#include <cstdint>

namespace dstream {
inline namespace v1 {

/// Where the batches of a persisted stream, or the records of a cached Rdd, are kept.
enum class StorageLevel : std::uint8_t {
  memory,             ///< in memory until they are forgotten; no bound but the time they are kept
  memory_and_disk,    ///< the oldest go to files beyond Options::cache_memory_bytes
  memory_2,           ///< as memory, with a copy that a second executor holds
  memory_and_disk_2,  ///< as memory_and_disk, with a copy that a second executor holds
};

/// Whether records of this level may go to files: their type then needs a codec, and the context
/// Options::cache_directory.
constexpr bool uses_disk(StorageLevel level) {
  return level == StorageLevel::memory_and_disk || level == StorageLevel::memory_and_disk_2;
}

/// How many executors hold the records: 1 or 2.
constexpr std::uint32_t copies_of(StorageLevel level) {
  return level == StorageLevel::memory || level == StorageLevel::memory_and_disk ? 1 : 2;
}

}  // namespace v1
}  // namespace dstream
