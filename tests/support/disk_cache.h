#pragma once

#include <cstddef>

#include "support/jobs.h"
#include "support/scratch.h"

/// Contexts that keep batches in files.
namespace disk_cache {

/// Options for levels with a disk; a bound of 0 bytes sends every batch to a file.
inline dstream::Options with_disk(dstream::Options options, const scratch::Directory& directory,
                                  std::size_t memory) {
  options.cache_directory = directory / "cache";
  options.cache_memory_bytes = memory;
  return options;
}

inline std::size_t files_in(const scratch::Directory& directory) {
  return directory.files->info(directory / "cache")
             ? directory.files->list(directory / "cache").size()
             : 0;
}

}  // namespace disk_cache
