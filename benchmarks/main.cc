// dstream_bench: the engine beside the same work written by hand; see README.md.

#include <fmt/format.h>
#include <tbb/info.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <variant>

#include <dstream/version.h>

#include "harness.h"
#include "machine.h"
#include "workloads.h"

namespace dstream::bench {
namespace {

const std::string& name_of(const Workload& workload) {
  return std::visit([](const auto& w) -> const std::string& { return w.name; }, workload);
}

void print_list(const std::vector<Workload>& workloads) {
  for (const Workload& workload : workloads) {
    std::visit([](const auto& w) { fmt::print("{:<18}{}\n", w.name, w.about); }, workload);
    if (const auto* comparison = std::get_if<Comparison>(&workload)) {
      for (const Variant& variant : comparison->variants) {
        fmt::print("    {} [{}]\n", variant.name, variant.threads);
      }
    }
  }
}

std::vector<Workload> select(std::vector<Workload> workloads,
                             const std::vector<std::string>& names) {
  if (names.empty()) return workloads;
  std::vector<Workload> selected;
  for (const std::string& name : names) {
    const auto found = std::find_if(workloads.begin(), workloads.end(),
                                    [&](const Workload& w) { return name_of(w) == name; });
    if (found == workloads.end()) {
      throw std::invalid_argument("no workload is called " + name + ": see --list");
    }
    selected.push_back(*found);
  }
  return selected;
}

void print_environment(const Settings& settings) {
  fmt::print("dstream  {}.{}.{}\ncompiler {}\nflags    {}\ncores    {}\nrounds   {}, scale {}\n",
             DSTREAM_VERSION_MAJOR, DSTREAM_VERSION_MINOR, DSTREAM_VERSION_PATCH,
             DSTREAM_BENCH_COMPILER, DSTREAM_BENCH_FLAGS, fmt::join(settings.cores, ", "),
             settings.rounds, settings.scale);
  std::fflush(stdout);
}

void run_workload(const Workload& workload, const Settings& settings, Report& report) {
  const std::size_t figures = report.figure_count();
  if (const auto* comparison = std::get_if<Comparison>(&workload)) {
    run_comparison(*comparison, settings, report);
  } else {
    std::get<Measurement>(workload).run(settings, report);
  }
  report.print_table(name_of(workload));
  report.print_figures(figures);
}

int run(const Settings& settings) {
  // oneTBB sizes its pool at the first use, by the cores that the process may then use.
  tbb::info::default_concurrency();
  const auto workloads = select(all_workloads(), settings.only);
  if (settings.list) {
    print_list(workloads);
    return 0;
  }
  print_environment(settings);
  Report report;
  // First of all, because the children must be forked before there are threads.
  for (const Workload& workload : workloads) {
    const auto* comparison = std::get_if<Comparison>(&workload);
    if (comparison != nullptr && settings.memory) measure_memory(*comparison, settings, report);
  }
  for (const Workload& workload : workloads) run_workload(workload, settings, report);
  if (!settings.json_file.empty()) report.write_json(settings.json_file);
  return settings.gate && !report.print_gate() ? 1 : 0;
}

}  // namespace
}  // namespace dstream::bench

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) {
      if (std::string_view(argv[i]) == "--help") {
        std::fputs(dstream::bench::usage().c_str(), stdout);
        return 0;
      }
    }
    return dstream::bench::run(dstream::bench::parse_settings(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "dstream_bench: {}\n", error.what());
    return 2;
  }
}
