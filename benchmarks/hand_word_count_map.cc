#include <absl/container/flat_hash_map.h>

#include <memory>

#include "crew.h"
#include "hand_batch.h"
#include "hand_word_count.h"
#include "split_bytes.h"

namespace dstream::bench {
namespace {

/// std::hash, because Abseil's hash of std::string_view is std::hash too where Abseil has a view
/// type of its own (Debian), by a longer way.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
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
      split_bytes(lines[i], [&map](std::string_view word) {
        const auto found = map.find(word);
        if (found != map.end()) {
          ++found->second;
        } else {
          map.emplace(word, 1);
        }
      });
    }
  }

  Crew crew_;
};

}  // namespace

std::unique_ptr<Runner> hand_word_count_map(const TextData& data, int threads) {
  return hand_runner<MapWordCount>(data.lines, threads);
}

}  // namespace dstream::bench
