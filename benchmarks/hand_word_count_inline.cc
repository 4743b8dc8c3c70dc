#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "crew.h"
#include "hand_batch.h"
#include "hand_word_count.h"
#include "split_bytes.h"
#include "word_table.h"

namespace dstream::bench {
namespace {

void count_lines(const TextData::Lines& lines, std::size_t begin, std::size_t end,
                 WordTable& table) {
  for (std::size_t i = begin; i < end; ++i) {
    const char* const readable = lines[i].data() + lines[i].size();
    split_bytes(lines[i],
                [&](std::string_view word) { table.add(WordTable::key_of(word, readable), 1); });
  }
}

/// With two threads each counts its half into two tables by a bit of the hash, so that the merge
/// can be shared out as well.
class InlineWordCount {
 public:
  explicit InlineWordCount(int threads) : crew_(threads) {}

  WordCounts operator()(const TextData::Lines& lines) {
    if (crew_.threads() == 1) {
      WordTable table;
      count_lines(lines, 0, lines.size(), table);
      WordCounts counts(1);
      table.emit(counts[0]);
      return counts;
    }
    WordTable tables[2][2];
    crew_.run([&](int worker) {
      const auto [begin, end] = share(lines.size(), worker, 2);
      count_by_half(lines, begin, end, tables[worker]);
    });
    WordCounts counts(2);
    crew_.run([&](int half) {
      tables[0][half].merge(tables[1][half]);
      tables[0][half].emit(counts[static_cast<std::size_t>(half)]);
    });
    return counts;
  }

 private:
  static void count_by_half(const TextData::Lines& lines, std::size_t begin, std::size_t end,
                            WordTable* halves) {
    for (std::size_t i = begin; i < end; ++i) {
      const char* const readable = lines[i].data() + lines[i].size();
      split_bytes(lines[i], [&](std::string_view word) {
        const auto key = WordTable::key_of(word, readable);
        halves[key.hash >> 63].add(key, 1);
      });
    }
  }

  Crew crew_;
};

class TbbWordCount {
 public:
  explicit TbbWordCount(int threads) : arena_(threads) {}

  WordCounts operator()(const TextData::Lines& lines) {
    tbb::enumerable_thread_specific<WordTable> tables;
    arena_.execute([&] {
      tbb::parallel_for(tbb::blocked_range<std::size_t>(0, lines.size(), kGrain),
                        [&](const tbb::blocked_range<std::size_t>& range) {
                          count_lines(lines, range.begin(), range.end(), tables.local());
                        });
    });
    WordCounts counts(1);
    WordTable& first = *tables.begin();
    for (auto it = tables.begin() + 1; it != tables.end(); ++it) first.merge(*it);
    first.emit(counts[0]);
    return counts;
  }

 private:
  static constexpr std::size_t kGrain = 16'384;
  tbb::task_arena arena_;
};

}  // namespace

std::unique_ptr<Runner> hand_word_count_inline(const TextData& data, int threads) {
  return hand_runner<InlineWordCount>(data.lines, threads);
}

std::unique_ptr<Runner> tbb_word_count(const TextData& data, int threads) {
  return hand_runner<TbbWordCount>(data.lines, threads);
}

}  // namespace dstream::bench
