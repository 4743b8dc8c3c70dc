#pragma once

#include <string.h>

#include <string_view>

#include "harness.h"
#include "text_data.h"

namespace dstream::bench {

/// Whether the line holds the needle, by the C library; inline, so that both sides get the same.
inline bool holds_needle(std::string_view line) {
  return memmem(line.data(), line.size(), kNeedle.data(), kNeedle.size()) != nullptr;
}

/// Counts the lines that hold the needle: a loop around memmem.
std::unique_ptr<Runner> hand_grep_memmem(const TextData& data, int threads);
/// The same loop around dstream::contains.
std::unique_ptr<Runner> hand_grep_contains(const TextData& data, int threads);
/// oneTBB's parallel_reduce around memmem.
std::unique_ptr<Runner> tbb_grep(const TextData& data, int threads);

}  // namespace dstream::bench
