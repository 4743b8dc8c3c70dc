#pragma once

#include <memory>

#include "file_data.h"
#include "harness.h"

namespace dstream::bench {

/// Lines per file: read() into a buffer of 1 MiB, memchr per line.
std::unique_ptr<Runner> hand_text_files(const FileData& data, int threads);
/// CSV: read() into a buffer of 1 MiB, memchr per field, from_chars per number.
std::unique_ptr<Runner> hand_csv(const FileData& data, int threads);

}  // namespace dstream::bench
