#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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

std::filesystem::path examples_folder() {
  return std::filesystem::path(DSTREAM_BENCH_SOURCE_DIR) / "examples";
}

/// The example of the README. Infinite cost where the sources are not there.
ProgramRun compile_word_count(std::uint32_t times) {
  const auto file = examples_folder() / "010_word_count.cc";
  if (std::filesystem::exists(file)) return compile(file.string(), times);
  const double infinite = std::numeric_limits<double>::infinity();
  return {-1, infinite, infinite};
}

/// The examples' files, the longest first.
std::vector<std::filesystem::path> examples() {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::exists(examples_folder())) return files;
  for (const auto& entry : std::filesystem::directory_iterator(examples_folder())) {
    if (entry.path().extension() == ".cc") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    const auto size_a = std::filesystem::file_size(a);
    const auto size_b = std::filesystem::file_size(b);
    return size_a != size_b ? size_a > size_b : a < b;
  });
  return files;
}

/// The example that takes longest to compile. Each is compiled once, and the three slowest again;
/// a single round looks at the longest file alone.
void measure_examples(std::uint32_t times, Report& report) {
  std::vector<std::pair<double, std::filesystem::path>> runs;
  for (const auto& file : examples()) {
    runs.emplace_back(compile(file.string(), 1).seconds, file);
    if (times == 1) break;
  }
  std::sort(runs.rbegin(), runs.rend());
  if (runs.size() > 3) runs.resize(3);
  double worst = runs.empty() ? std::numeric_limits<double>::infinity() : 0;
  std::string name = "no example";
  for (auto& [seconds, file] : runs) {
    if (times > 1) seconds = std::min(seconds, compile(file.string(), times - 1).seconds);
    if (seconds > worst) worst = seconds, name = file.stem().string();
  }
  report.add(Series{"compile", "slowest example", 1, 1, {worst}, 0});
  report.add(Figure{"every example at -O2", worst, "s", Figure::Bound::kAtMost, 2.5,
                    fmt::format("worst: {}, best of {}", name, times)});
}

void measure_compile(const Settings& settings, Report& report) {
  const std::uint32_t times = std::min(settings.rounds, 5U);
  const auto header = std::filesystem::temp_directory_path() /
                      fmt::format("dstream_bench_{}.cc", static_cast<const void*>(&report));
  std::ofstream(header) << "#include <dstream/dstream.h>\n";
  const ProgramRun umbrella = compile(header.string(), times);
  std::filesystem::remove(header);
  const ProgramRun example = compile_word_count(times);
  const auto bound = Figure::Bound::kAtMost;
  const std::string note = fmt::format("best of {}", times);
  report.add(Series{"compile", "dstream.h", 1, 1, {umbrella.seconds}, umbrella.peak_megabytes});
  report.add(Series{"compile", "010_word_count", 1, 1, {example.seconds}, example.peak_megabytes});
  report.add(Figure{"#include <dstream/dstream.h>", umbrella.seconds, "s", bound, 0.8, note});
  report.add(Figure{"examples/010_word_count at -O2", example.seconds, "s", bound, 1.3, note});
  report.add(Figure{"examples/010_word_count at -O2, memory", example.peak_megabytes, "MB", bound,
                    180, note});
  measure_examples(times, report);
}

}  // namespace

Measurement compile_workload() {
  return {"compile", "what including dstream.h and compiling the examples costs", measure_compile};
}

}  // namespace dstream::bench
