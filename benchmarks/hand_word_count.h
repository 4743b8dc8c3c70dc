#pragma once

#include <vector>

#include "harness.h"
#include "text_data.h"

namespace dstream::bench {

/// Word count by hand, one thread or two: an absl::flat_hash_map with transparent look-up.
std::unique_ptr<Runner> hand_word_count_map(const TextData& data, int threads);
/// Open addressing with keys inline (word_table.h).
std::unique_ptr<Runner> hand_word_count_inline(const TextData& data, int threads);
/// The engine's own splitter and combine table in a typed loop.
std::unique_ptr<Runner> hand_word_count_typed(const TextData& data, int threads);
/// oneTBB's parallel_for over a batch's lines with thread-local tables (word_table.h).
std::unique_ptr<Runner> tbb_word_count(const TextData& data, int threads);

}  // namespace dstream::bench
