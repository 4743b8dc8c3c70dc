#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "machine.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

/// Compiles a file several times; the fastest run and the least memory.
ProgramRun compile(const std::string& file, std::uint32_t times) {
  const std::string include = std::string("-I") + DSTREAM_BENCH_SOURCE_DIR + "/include";
  ProgramRun best;
  for (std::uint32_t i = 0; i < times; ++i) {
    const ProgramRun run = run_program(
        {DSTREAM_BENCH_CXX, "-std=c++20", "-O2", include, "-c", file, "-o", "/dev/null"});
    if (run.status != 0) throw std::runtime_error("cannot compile " + file);
    if (i == 0 || run.seconds < best.seconds) best.seconds = run.seconds;
    if (i == 0 || run.peak_megabytes < best.peak_megabytes) {
      best.peak_megabytes = run.peak_megabytes;
    }
  }
  return best;
}

/// The example of the README. Infinite cost where the sources are not there.
ProgramRun compile_example(std::uint32_t times) {
  const std::string file = std::string(DSTREAM_BENCH_SOURCE_DIR) + "/examples/010_word_count.cc";
  if (std::filesystem::exists(file)) return compile(file, times);
  const double infinite = std::numeric_limits<double>::infinity();
  return {-1, infinite, infinite};
}

void measure_compile(const Settings& settings, Report& report) {
  const std::uint32_t times = std::min(settings.rounds, 5U);
  const auto header = std::filesystem::temp_directory_path() /
                      fmt::format("dstream_bench_{}.cc", static_cast<const void*>(&report));
  std::ofstream(header) << "#include <dstream/dstream.h>\n";
  const ProgramRun umbrella = compile(header.string(), times);
  std::filesystem::remove(header);
  const ProgramRun example = compile_example(times);
  const auto bound = Figure::Bound::kAtMost;
  const std::string note = fmt::format("best of {}", times);
  report.add(Series{"compile", "dstream.h", 1, 1, {umbrella.seconds}, umbrella.peak_megabytes});
  report.add(Series{"compile", "010_word_count", 1, 1, {example.seconds}, example.peak_megabytes});
  report.add(Figure{"#include <dstream/dstream.h>", umbrella.seconds, "s", bound, 0.8, note});
  report.add(Figure{"examples/010_word_count at -O2", example.seconds, "s", bound, 1.3, note});
  report.add(Figure{"examples/010_word_count at -O2, memory", example.peak_megabytes, "MB", bound,
                    180, note});
}

}  // namespace

Measurement compile_workload() {
  return {"compile", "what including dstream.h and compiling the word count costs",
          measure_compile};
}

}  // namespace dstream::bench
