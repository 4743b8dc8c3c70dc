#include <dstream/text.h>

#include "engine.h"
#include "hand_grep.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

template <class Holds>
std::unique_ptr<Runner> engine_grep(const TextData& data, EngineSize size, const Holds& holds) {
  return engine_runner<std::string_view>(
      engine_options(size), text_batches(data),
      [&holds](DStream<std::string_view> lines) { return lines.filter(holds).count(); });
}

std::unique_ptr<Runner> engine_memmem(const TextData& data, int slots) {
  return engine_grep(data, {1, static_cast<std::uint32_t>(slots)},
                     [](std::string_view line) { return holds_needle(line); });
}

std::unique_ptr<Runner> engine_contains(const TextData& data, int slots) {
  return engine_grep(data, {1, static_cast<std::uint32_t>(slots)}, contains(kNeedle));
}

}  // namespace

Comparison grep_workload() {
  Held<TextData> text;
  const auto with = [text](auto make, int threads) {
    return [text, make, threads] { return make(*text, threads); };
  };
  return {
      "grep",
      "lines that hold a needle (1 %) counted per batch, the text of word_count",
      [text](const Settings& settings) mutable {
        text.set(make_text(settings));
        return text->line_count;
      },
      [text]() mutable { text.reset(); },
      {{"engine memmem, 1 slot", 1, with(engine_memmem, 1)},
       {"engine contains, 1 slot", 1, with(engine_contains, 1)},
       {"hand memmem, 1 thread", 1, with(hand_grep_memmem, 1)},
       {"hand contains, 1 thread", 1, with(hand_grep_contains, 1)},
       {"oneTBB memmem, 1 thread", 1, with(tbb_grep, 1)},
       {"engine memmem, 2 slots", 2, with(engine_memmem, 2)},
       {"engine contains, 2 slots", 2, with(engine_contains, 2)},
       {"hand memmem, 2 threads", 2, with(hand_grep_memmem, 2)},
       {"hand contains, 2 threads", 2, with(hand_grep_contains, 2)},
       {"oneTBB memmem, 2 threads", 2, with(tbb_grep, 2)}},
      {{"grep memmem, 1 slot / hand memmem", "engine memmem, 1 slot", "hand memmem, 1 thread", 0.9},
       {"grep memmem, 2 slots / hand memmem, 2 threads", "engine memmem, 2 slots",
        "hand memmem, 2 threads", 0.9},
       {"grep contains, 1 slot / hand memmem", "engine contains, 1 slot", "hand memmem, 1 thread",
        2.4},
       {"grep contains, 2 slots / hand memmem, 2 threads", "engine contains, 2 slots",
        "hand memmem, 2 threads", 2.4},
       {"grep contains, 1 slot / hand contains", "engine contains, 1 slot",
        "hand contains, 1 thread", 0},
       {"grep contains, 2 slots / hand contains, 2 threads", "engine contains, 2 slots",
        "hand contains, 2 threads", 0},
       {"bare loops: hand contains / hand memmem", "hand contains, 1 thread",
        "hand memmem, 1 thread", 0}}};
}

}  // namespace dstream::bench
