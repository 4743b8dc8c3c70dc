#include "hand_grep.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>
#include <tbb/task_arena.h>

#include <cstring>
#include <functional>

#include <dstream/text.h>

#include "crew.h"
#include "hand_batch.h"

namespace dstream::bench {
namespace {

template <class Holds>
std::int64_t count_lines(const TextData::Lines& lines, std::size_t begin, std::size_t end,
                         const Holds& holds) {
  std::int64_t count = 0;
  for (std::size_t i = begin; i < end; ++i) count += holds(lines[i]) ? 1 : 0;
  return count;
}

template <class Holds>
class GrepByHand {
 public:
  GrepByHand(int threads, Holds holds) : crew_(threads), holds_(std::move(holds)) {}

  std::int64_t operator()(const TextData::Lines& lines) {
    std::int64_t counts[2] = {0, 0};
    crew_.run([&](int worker) {
      const auto [begin, end] = share(lines.size(), worker, crew_.threads());
      counts[worker] = count_lines(lines, begin, end, holds_);
    });
    return counts[0] + counts[1];
  }

 private:
  Crew crew_;
  Holds holds_;
};

class GrepByTbb {
 public:
  explicit GrepByTbb(int threads) : arena_(threads) {}

  std::int64_t operator()(const TextData::Lines& lines) {
    return arena_.execute([&] {
      return tbb::parallel_reduce(
          tbb::blocked_range<std::size_t>(0, lines.size(), 16'384), std::int64_t{0},
          [&](const tbb::blocked_range<std::size_t>& range, std::int64_t count) {
            return count + count_lines(lines, range.begin(), range.end(), holds_needle);
          },
          std::plus<>());
    });
  }

 private:
  tbb::task_arena arena_;
};

}  // namespace

std::unique_ptr<Runner> hand_grep_memmem(const TextData& data, int threads) {
  const auto holds = [](std::string_view line) { return holds_needle(line); };
  return hand_runner<GrepByHand<decltype(holds)>>(data.lines, threads, holds);
}

std::unique_ptr<Runner> hand_grep_contains(const TextData& data, int threads) {
  auto holds = contains(kNeedle);
  return hand_runner<GrepByHand<decltype(holds)>>(data.lines, threads, holds);
}

std::unique_ptr<Runner> tbb_grep(const TextData& data, int threads) {
  return hand_runner<GrepByTbb>(data.lines, threads);
}

}  // namespace dstream::bench
