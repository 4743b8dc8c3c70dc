#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <dstream/block.h>

#include "settings.h"

namespace dstream::bench {

/// Occurs in 1 % of the lines, and nowhere else.
inline constexpr std::string_view kNeedle = "qzjxkvw";

inline constexpr std::size_t kBatches = 10;

/// About 100 MB of text in 10 batches: 5 to 15 words a line, drawn by Zipf(1.0) from 100 000
/// distinct random words of 3 to 12 letters. The hand-written loops see the same bytes as the
/// engine, through views that were made beforehand.
struct TextData {
  using Lines = std::vector<std::string_view>;

  std::vector<std::vector<std::shared_ptr<const detail::TextBlock>>> blocks;  ///< per batch
  std::vector<Lines> lines;                                                   ///< per batch
  std::uint64_t line_count = 0;
};

/// Makes the text; the same for the same scale. A batch is cut into two blocks.
std::shared_ptr<const TextData> make_text(const Settings& settings);

}  // namespace dstream::bench
