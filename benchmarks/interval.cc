#include <dstream/text.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine.h"
#include "hand_timer.h"
#include "machine.h"
#include "publish_output.h"
#include "split_bytes.h"
#include "text_data.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);
constexpr double kTickSeconds = 1e-3;

/// Blocks of as many lines each, with the number of their words.
struct TickBlocks {
  std::vector<detail::BlockPtr> blocks;
  std::vector<std::int64_t> words;
};

TickBlocks cut_blocks(const TextData& text, std::size_t lines_per_block, std::size_t most) {
  TickBlocks cut;
  BlockBuilder<std::string_view> builder;
  std::int64_t words = 0;
  for (const auto& lines : text.lines) {
    for (const std::string_view line : lines) {
      builder.append(line);
      split_bytes(line, [&words](std::string_view) { ++words; });
      if (builder.size() < lines_per_block) continue;
      cut.blocks.push_back(builder.finish());
      cut.words.push_back(std::exchange(words, 0));
      if (cut.blocks.size() == most) return cut;
    }
  }
  return cut;
}

auto word_counts(const DStream<std::string_view>& lines) {
  return lines.flat_map(split(' ')).count_by_value();
}

/// Lines that a batch may hold so that batches take a tick each, back to back.
std::size_t calibrate_lines(const TextData& text) {
  std::size_t lines = 1000;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const TickBlocks cut = cut_blocks(text, lines, 100);
    const auto runner = engine_runner<std::string_view>(engine_options({1, 1}),
                                                        one_block_each(cut.blocks), word_counts);
    runner->run();
    runner->digest();
    const double seconds = runner->run() / static_cast<double>(cut.blocks.size());
    const double factor = std::clamp(kTickSeconds / seconds, 0.2, 5.0);
    lines =
        std::max<std::size_t>(10, static_cast<std::size_t>(static_cast<double>(lines) * factor));
    lines = std::min(lines, static_cast<std::size_t>(text.line_count / 8));
  }
  return lines;
}

/// Gives one block per tick, and notes what it gave.
class TickSource final : public detail::InputSource {
 public:
  explicit TickSource(TickBlocks ticks) : ticks_(std::move(ticks)) {}

  void cut(Time from, Time until, std::vector<detail::BlockPtr>& blocks) override {
    for (std::int64_t tick = (until - from) / kTick; tick > 0; --tick) {
      blocks.push_back(ticks_.blocks[next_]);
      words_ += ticks_.words[next_];
      next_ = (next_ + 1) % ticks_.blocks.size();
    }
  }
  std::int64_t words() const { return words_; }

 private:
  TickBlocks ticks_;
  std::size_t next_ = 0;
  std::int64_t words_ = 0;
};

struct IntervalRun {
  std::vector<double> start_us;  ///< first task's start less the batch time
  std::vector<double> bare_us;   ///< lateness of the bare timer
  std::int64_t batches = 0;
  std::int64_t gaps = 0;  ///< batches that do not begin where the one before ended
  std::int64_t words_given = 0;
  std::int64_t words_counted = 0;
};

void note_batch(const std::vector<detail::BlockPtr>& blocks, const BatchInfo& info, Time& last,
                IntervalRun& run) {
  if (run.batches++ > 0 && info.from != last) ++run.gaps;
  last = info.batch_time;
  for_each_published<std::pair<std::string, std::int64_t>>(
      blocks, [&run](const auto& pair) { run.words_counted += pair.second; });
  const Time start = info.processing_start.value_or(info.submission_time);
  run.start_us.push_back(static_cast<double>((start - info.batch_time).count()) / 1e3);
}

IntervalRun run_at_interval(TickBlocks ticks, double seconds) {
  IntervalRun run;
  Time last;
  const auto source = std::make_shared<TickSource>(std::move(ticks));
  {
    Options options = engine_options({1, 1});
    options.trigger = Trigger::interval;
    options.batch_interval = kTick;
    StreamingContext context(options);
    on_publish(
        word_counts(context.add_source<std::string_view>("ticks", source)),
        [&](const auto& blocks, const BatchInfo& info) { note_batch(blocks, info, last, run); });
    context.start();
    std::jthread bare(
        [&run](const std::stop_token& stop) { run.bare_us = run_bare_timer(kTick.count(), stop); });
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    context.stop(StopMode::graceful);
  }
  run.words_given = source->words();
  return run;
}

void add_figures(const IntervalRun& run, std::size_t lines, Report& report) {
  const double bare = percentile(run.bare_us, 0.99);
  const auto at_most = Figure::Bound::kAtMost;
  report.add(Figure{"interval 1 ms: first task's start - batch time, p99",
                    percentile(run.start_us, 0.99), "us", at_most, bare + 300,
                    fmt::format("p50 {:.0f}, bare timer p50 {:.0f}, p99 {:.0f}; {} lines a tick",
                                median(run.start_us), median(run.bare_us), bare, lines)});
  report.add(Figure{"interval 1 ms: batches that leave a gap or overlap",
                    static_cast<double>(run.gaps), "", at_most, 0,
                    fmt::format("{} batches", run.batches)});
  const auto lost = static_cast<double>(std::abs(run.words_given - run.words_counted));
  report.add(Figure{"interval 1 ms: words counted too many or too few", lost, "", at_most, 0,
                    fmt::format("{} words", run.words_given)});
}

void measure_interval(const Settings& settings, Report& report) {
  pin_process(settings.cores, std::min<std::size_t>(2, settings.cores.size()));
  Settings small = settings;
  small.scale = 0.2;
  const auto text = make_text(small);
  const std::size_t lines = calibrate_lines(*text) / 2;
  const double seconds = std::max(0.5, 60 * settings.scale);
  const IntervalRun run = run_at_interval(cut_blocks(*text, lines, 1000), seconds);
  add_figures(run, lines, report);
  const auto records = static_cast<std::uint64_t>(run.bare_us.size() * lines);
  report.add(Series{"interval", "engine, 1 slot", 1, records, {seconds}, std::nullopt});
  unpin_process();
}

}  // namespace

Measurement interval_workload() {
  return {"interval", "word count every 1 ms at half of the throughput that it could do",
          measure_interval};
}

}  // namespace dstream::bench
