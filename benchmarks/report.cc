#include "report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace dstream::bench {
namespace {

std::string demand_text(const Figure& figure) {
  const char* const relation = figure.bound == Figure::Bound::kAtLeast ? ">=" : "<=";
  return fmt::format("{} {:.4g}{}", relation, figure.demanded, figure.unit);
}

std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string json_object(const Series& series) {
  std::string seconds;
  for (const double value : series.seconds) {
    seconds += fmt::format("{}{:.9g}", seconds.empty() ? "" : ", ", value);
  }
  const std::string extra = series.extra_mb ? fmt::format("{:.1f}", *series.extra_mb) : "null";
  const double middle = median(series.seconds);
  const double rate = middle > 0 ? static_cast<double>(series.records) / middle : 0;
  return fmt::format(
      "{{\"workload\": {}, \"variant\": {}, \"threads\": {}, \"records\": {}, \"seconds\": [{}], "
      "\"records_per_second\": {:.6g}, \"extra_mb\": {}}}",
      json_string(series.workload), json_string(series.variant), series.threads, series.records,
      seconds, rate, extra);
}

}  // namespace

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = static_cast<std::ptrdiff_t>(std::ceil(share * last));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void Report::add_memory(const std::string& workload, const std::string& variant, double megabytes) {
  memory_.push_back({workload, variant, megabytes});
}

std::optional<double> Report::memory(const std::string& workload,
                                     const std::string& variant) const {
  for (const Memory& entry : memory_) {
    if (entry.workload == workload && entry.variant == variant) return entry.megabytes;
  }
  return std::nullopt;
}

void Report::print_table(const std::string& workload) const {
  fmt::print("\n{:<34}{:>8}{:>14}{:>10}{:>10}{:>10}{:>10}\n", workload, "threads", "M records/s",
             "ms", "min", "max", "extra MB");
  for (const Series& series : series_) {
    if (series.workload != workload || series.seconds.empty()) continue;
    const double middle = median(series.seconds);
    const auto [least, most] = std::minmax_element(series.seconds.begin(), series.seconds.end());
    fmt::print("  {:<32}{:>8}{:>14.3f}{:>10.2f}{:>10.2f}{:>10.2f}{:>10}\n", series.variant,
               series.threads, static_cast<double>(series.records) / middle / 1e6, middle * 1e3,
               *least * 1e3, *most * 1e3,
               series.extra_mb ? fmt::format("{:.1f}", *series.extra_mb) : "-");
  }
  std::fflush(stdout);
}

void Report::print_figures(std::size_t from) const {
  for (std::size_t i = from; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    fmt::print("  {:<68}{:>9.3f}{:<4}{}{}\n", figure.name, figure.measured, figure.unit,
               figure.bound == Figure::Bound::kNone ? "" : " demanded " + demand_text(figure),
               figure.note.empty() ? "" : "  (" + figure.note + ")");
  }
  std::fflush(stdout);
}

bool Report::print_gate() const {
  bool all = true;
  fmt::print("\n{:<70}{:>13}  {:<14}{}\n", "demand", "measured", "demanded", "");
  for (const Figure& figure : figures_) {
    if (figure.bound == Figure::Bound::kNone) continue;
    all = all && figure.reached();
    fmt::print("{:<70}{:>9.3f}{:<4}  {:<14}{}\n", figure.name, figure.measured, figure.unit,
               demand_text(figure), figure.reached() ? "reached" : "MISSED");
  }
  return all;
}

void Report::write_json(const std::string& file) const {
  std::ofstream out(file);
  out << "[\n";
  for (std::size_t i = 0; i < series_.size(); ++i) {
    out << "  " << json_object(series_[i]) << (i + 1 < series_.size() ? ",\n" : "\n");
  }
  out << "]\n" << std::flush;
  if (!out) throw std::runtime_error("cannot write " + file);
}

}  // namespace dstream::bench
