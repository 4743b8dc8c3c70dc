#include <absl/container/flat_hash_map.h>
#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

#include <memory>

#include "crew.h"
#include "hand_batch.h"
#include "hand_word_count.h"
#include "split_bytes.h"

namespace dstream::bench {
namespace {

/// Abseil's hash of its own string_view: where that is not std::string_view (Debian), Abseil hashes
/// the latter by std::hash, which is slower.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return absl::Hash<absl::string_view>()(absl::string_view(text.data(), text.size()));
  }
};
struct TextEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

class MapWordCount {
 public:
  using Map = absl::flat_hash_map<std::string, std::int64_t, TextHash, TextEqual>;

  explicit MapWordCount(int threads) : crew_(threads) {}

  WordCounts operator()(const TextData::Lines& lines) {
    Map maps[2];
    crew_.run([&](int worker) {
      const auto [begin, end] = share(lines.size(), worker, crew_.threads());
      count(lines, begin, end, maps[worker]);
    });
    for (auto& [word, n] : maps[1]) maps[0][word] += n;
    WordCounts counts(1);
    counts[0].reserve(maps[0].size());
    for (auto& [word, n] : maps[0]) counts[0].emplace_back(word, n);
    return counts;
  }

 private:
  static void count(const TextData::Lines& lines, std::size_t begin, std::size_t end, Map& map) {
    for (std::size_t i = begin; i < end; ++i) {
      split_bytes(lines[i], [&map](std::string_view word) { ++map[word]; });
    }
  }

  Crew crew_;
};

}  // namespace

std::unique_ptr<Runner> hand_word_count_map(const TextData& data, int threads) {
  return hand_runner<MapWordCount>(data.lines, threads);
}

}  // namespace dstream::bench
