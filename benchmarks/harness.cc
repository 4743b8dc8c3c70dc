#include "harness.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "machine.h"
#include "random.h"

namespace dstream::bench {
namespace {

/// A variant at work, with its times.
struct Contestant {
  const Variant* variant;
  std::unique_ptr<Runner> runner;
  std::vector<double> seconds;
};

std::vector<Contestant> make_contestants(const Comparison& comparison, const Settings& settings) {
  std::vector<Contestant> contestants;
  for (const Variant& variant : comparison.variants) {
    if (!settings.wants(variant.name)) continue;
    if (settings.cores.size() < static_cast<std::size_t>(variant.threads)) continue;
    pin_process(settings.cores, static_cast<std::size_t>(variant.threads));
    contestants.push_back({&variant, variant.make(), {}});
  }
  return contestants;
}

/// Runs a variant on its cores and checks what it found against `expected`, which the first one
/// sets.
double run_one(const Comparison& comparison, const Settings& settings, Contestant& contestant,
               std::unique_ptr<Digest>& expected) {
  pin_process(settings.cores, static_cast<std::size_t>(contestant.variant->threads));
  const double seconds = contestant.runner->run();
  const Digest found = contestant.runner->digest();
  if (!expected) expected = std::make_unique<Digest>(found);
  if (found != *expected) {
    throw std::runtime_error(fmt::format(
        "{}: {} found {} results with sum {:x}, others {} with sum {:x}", comparison.name,
        contestant.variant->name, found.results, found.sum, expected->results, expected->sum));
  }
  return seconds;
}

void shuffle(std::vector<Contestant>& contestants, RandomSequence& random) {
  for (std::size_t i = contestants.size(); i > 1; --i) {
    std::swap(contestants[i - 1], contestants[random.below(static_cast<std::uint32_t>(i))]);
  }
}

const Series* find_series(const Report& report, const Comparison& comparison,
                          const std::string& variant) {
  for (const Series& series : report.series()) {
    if (series.workload == comparison.name && series.variant == variant) return &series;
  }
  return nullptr;
}

void add_ratios(const Comparison& comparison, Report& report) {
  for (const Ratio& ratio : comparison.ratios) {
    const Series* ours = find_series(report, comparison, ratio.variant);
    const Series* rival = find_series(report, comparison, ratio.rival);
    if (ours == nullptr || rival == nullptr) continue;
    std::vector<double> per_round;
    for (std::size_t i = 0; i < ours->seconds.size(); ++i) {
      per_round.push_back(rival->seconds[i] / ours->seconds[i]);
    }
    const auto bound = ratio.at_least > 0 ? Figure::Bound::kAtLeast : Figure::Bound::kNone;
    report.add(Figure{ratio.name, median(per_round), "x", bound, ratio.at_least, ""});
  }
}

void add_limits(const Comparison& comparison, Report& report) {
  for (const Limit& limit : comparison.limits) {
    const Series* series = find_series(report, comparison, limit.variant);
    if (series == nullptr) continue;
    const double us = median(series->seconds) * 1e6 / static_cast<double>(series->records);
    report.add(Figure{limit.name, us, "us", Figure::Bound::kAtMost, limit.at_most_us, ""});
  }
}

}  // namespace

void run_comparison(const Comparison& comparison, const Settings& settings, Report& report) {
  const std::uint64_t records = comparison.prepare(settings);
  std::unique_ptr<Digest> expected;
  {
    auto contestants = make_contestants(comparison, settings);
    for (Contestant& contestant : contestants) {
      run_one(comparison, settings, contestant, expected);  // warms up
    }
    RandomSequence random(Digest::kSeed);
    for (std::uint32_t round = 0; round < settings.rounds; ++round) {
      shuffle(contestants, random);
      for (Contestant& contestant : contestants) {
        contestant.seconds.push_back(run_one(comparison, settings, contestant, expected));
      }
    }
    for (const Variant& variant : comparison.variants) {
      for (Contestant& contestant : contestants) {
        if (contestant.variant != &variant) continue;
        report.add(Series{comparison.name, variant.name, variant.threads, records,
                          std::move(contestant.seconds),
                          report.memory(comparison.name, variant.name)});
      }
    }
  }
  unpin_process();
  comparison.release();
  add_ratios(comparison, report);
  add_limits(comparison, report);
}

void measure_memory(const Comparison& comparison, const Settings& settings, Report& report) {
  comparison.prepare(settings);
  for (const Variant& variant : comparison.variants) {
    if (!settings.wants(variant.name)) continue;
    const double megabytes = extra_megabytes([&] {
      const auto runner = variant.make();
      runner->run();
    });
    report.add_memory(comparison.name, variant.name, megabytes);
  }
  comparison.release();
}

}  // namespace dstream::bench
