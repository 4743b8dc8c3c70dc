#include "text_data.h"

#include <cmath>
#include <string>
#include <unordered_set>

#include "random.h"

namespace dstream::bench {
namespace {

constexpr std::size_t kWords = 100'000;
constexpr std::size_t kTextBytes = 100'000'000;
constexpr std::size_t kBlocksPerBatch = 2;

std::string random_letters(RandomSequence& random, std::uint32_t length) {
  std::string word;
  for (std::uint32_t i = 0; i < length; ++i) word += static_cast<char>('a' + random.below(26));
  return word;
}

std::vector<std::string> make_vocabulary(RandomSequence& random) {
  std::unordered_set<std::string> seen;
  std::vector<std::string> words;
  while (words.size() < kWords) {
    std::string word = random_letters(random, 3 + random.below(10));
    if (word.find(kNeedle) == std::string::npos && seen.insert(word).second) {
      words.push_back(std::move(word));
    }
  }
  return words;
}

/// Draws ranks 0 .. n-1 with weight 1 / (rank + 1), in constant time (Vose's alias method).
class ZipfRanks {
 public:
  explicit ZipfRanks(std::size_t count) : keep_(count), other_(count) {
    double total = 0;
    for (std::size_t i = 0; i < count; ++i) total += 1.0 / static_cast<double>(i + 1);
    std::vector<std::uint32_t> small;
    std::vector<std::uint32_t> large;
    for (std::size_t i = 0; i < count; ++i) {
      keep_[i] = static_cast<double>(count) / static_cast<double>(i + 1) / total;
      (keep_[i] < 1 ? small : large).push_back(static_cast<std::uint32_t>(i));
    }
    while (!small.empty() && !large.empty()) {
      const std::uint32_t low = small.back();
      const std::uint32_t high = large.back();
      small.pop_back();
      other_[low] = high;
      keep_[high] -= 1 - keep_[low];
      if (keep_[high] >= 1) continue;
      large.pop_back();
      small.push_back(high);
    }
    for (const std::uint32_t rest : small) keep_[rest] = 1;
    for (const std::uint32_t rest : large) keep_[rest] = 1;
  }

  std::size_t draw(RandomSequence& random) const {
    const std::uint32_t at = random.below(static_cast<std::uint32_t>(keep_.size()));
    return random.unit() < keep_[at] ? at : other_[at];
  }

 private:
  std::vector<double> keep_;
  std::vector<std::uint32_t> other_;
};

/// Writes one line into `line`.
void make_line(RandomSequence& random, const std::vector<std::string>& words,
               const ZipfRanks& ranks, std::string& line) {
  line.clear();
  const std::uint32_t count = 5 + random.below(11);
  const std::uint32_t needle_at = random.below(100) == 0 ? random.below(count) : count;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i != 0) line += ' ';
    if (i == needle_at) {
      line += random_letters(random, random.below(6));
      line += kNeedle;
    } else {
      line += words[ranks.draw(random)];
    }
  }
}

/// All lines end to end in a buffer, with the offset of each.
struct Text {
  std::string bytes;
  std::vector<std::size_t> ends;
};

Text make_lines(std::size_t bytes_with_newlines) {
  RandomSequence random(3);
  const auto words = make_vocabulary(random);
  const ZipfRanks ranks(kWords);
  Text text;
  text.bytes.reserve(bytes_with_newlines);
  std::string line;
  while (text.bytes.size() + text.ends.size() < bytes_with_newlines) {
    make_line(random, words, ranks, line);
    text.bytes += line;
    text.ends.push_back(text.bytes.size());
  }
  return text;
}

std::shared_ptr<const detail::TextBlock> make_block(const Text& text, std::size_t begin,
                                                    std::size_t end) {
  BlockBuilder<std::string_view> builder;
  builder.reserve(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t from = i == 0 ? 0 : text.ends[i - 1];
    builder.append(std::string_view(text.bytes).substr(from, text.ends[i] - from));
  }
  return builder.finish();
}

}  // namespace

std::shared_ptr<const TextData> make_text(const Settings& settings) {
  const Text text = make_lines(settings.scaled(kTextBytes, 10'000));
  auto data = std::make_shared<TextData>();
  data->line_count = text.ends.size();
  const std::size_t parts = kBatches * kBlocksPerBatch;
  for (std::size_t batch = 0; batch < kBatches; ++batch) {
    auto& blocks = data->blocks.emplace_back();
    auto& lines = data->lines.emplace_back();
    for (std::size_t i = batch * kBlocksPerBatch; i < (batch + 1) * kBlocksPerBatch; ++i) {
      blocks.push_back(
          make_block(text, text.ends.size() * i / parts, text.ends.size() * (i + 1) / parts));
      const auto& block = *blocks.back();
      for (std::size_t line = 0; line < block.size(); ++line) lines.push_back(block[line]);
    }
  }
  return data;
}

}  // namespace dstream::bench
