#include <dstream/text.h>

#include "engine.h"
#include "hand_word_count.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

std::unique_ptr<Runner> engine_word_count(const TextData& data, EngineSize size) {
  return engine_runner<std::string_view>(
      engine_options(size), text_batches(data),
      [](DStream<std::string_view> lines) { return lines.flat_map(split(' ')).count_by_value(); });
}

}  // namespace

Comparison word_count_workload() {
  Held<TextData> text;
  const auto hand = [text](auto make, int threads) {
    return [text, make, threads] { return make(*text, threads); };
  };
  const auto engine = [text](EngineSize size) {
    return [text, size] { return engine_word_count(*text, size); };
  };
  return {
      "word_count",
      "counts of words per batch, 100 MB of text in 10 batches",
      [text](const Settings& settings) mutable {
        text.set(make_text(settings));
        return text->line_count;
      },
      [text]() mutable { text.reset(); },
      {{"engine, 1 slot", 1, engine({1, 1})},
       {"hand (a), 1 thread", 1, hand(hand_word_count_map, 1)},
       {"hand (b), 1 thread", 1, hand(hand_word_count_inline, 1)},
       {"hand (c), 1 thread", 1, hand(hand_word_count_typed, 1)},
       {"oneTBB (b), 1 thread", 1, hand(tbb_word_count, 1)},
       {"engine, 2 slots", 2, engine({1, 2})},
       {"engine, 2 executors of 1 slot", 2, engine({2, 1})},
       {"hand (a), 2 threads", 2, hand(hand_word_count_map, 2)},
       {"hand (b), 2 threads", 2, hand(hand_word_count_inline, 2)},
       {"hand (c), 2 threads", 2, hand(hand_word_count_typed, 2)},
       {"oneTBB (b), 2 threads", 2, hand(tbb_word_count, 2)}},
      {{"word count, 1 slot / hand (a)", "engine, 1 slot", "hand (a), 1 thread", 1.6},
       {"word count, 1 slot / hand (b)", "engine, 1 slot", "hand (b), 1 thread", 1.4},
       {"word count, 1 slot / hand (c)", "engine, 1 slot", "hand (c), 1 thread", 0.85},
       {"word count, 2 slots / hand (b), 2 threads", "engine, 2 slots", "hand (b), 2 threads", 1.4},
       {"word count, 2 slots / hand (c), 2 threads", "engine, 2 slots", "hand (c), 2 threads",
        0.85},
       {"word count, 2 slots / oneTBB (b)", "engine, 2 slots", "oneTBB (b), 2 threads", 0},
       {"word count, 2 executors of 1 slot / 1 of 2", "engine, 2 executors of 1 slot",
        "engine, 2 slots", 0.9}}};
}

}  // namespace dstream::bench
