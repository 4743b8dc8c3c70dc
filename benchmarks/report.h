#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dstream::bench {

/// What was measured of one variant of a workload.
struct Series {
  std::string workload;
  std::string variant;
  int threads = 1;
  std::uint64_t records = 0;    ///< of one round
  std::vector<double> seconds;  ///< of all rounds
  std::optional<double> extra_mb;
};

/// A figure and, if the project demands something of it, the bound.
struct Figure {
  enum class Bound { kNone, kAtLeast, kAtMost };

  std::string name;
  double measured = 0;
  std::string unit;
  Bound bound = Bound::kNone;
  double demanded = 0;
  std::string note;

  bool reached() const {
    return bound == Bound::kNone ||
           (bound == Bound::kAtLeast ? measured >= demanded : measured <= demanded);
  }
};

/// Collects results and shows them.
class Report {
 public:
  /// Keeps a series and prints nothing yet.
  void add(Series series) { series_.push_back(std::move(series)); }
  void add(Figure figure) { figures_.push_back(std::move(figure)); }
  /// Notes the memory of a variant for the series that comes later.
  void add_memory(const std::string& workload, const std::string& variant, double megabytes);
  std::optional<double> memory(const std::string& workload, const std::string& variant) const;

  const std::vector<Series>& series() const { return series_; }

  /// The series and figures of a workload as a table on the terminal.
  void print_table(const std::string& workload) const;
  void print_figures(std::size_t from) const;
  std::size_t figure_count() const { return figures_.size(); }
  /// One line per demand; true if all were reached.
  bool print_gate() const;
  /// An array with one object per series. Throws std::runtime_error if the file cannot be written.
  void write_json(const std::string& file) const;

 private:
  struct Memory {
    std::string workload;
    std::string variant;
    double megabytes;
  };
  std::vector<Series> series_;
  std::vector<Figure> figures_;
  std::vector<Memory> memory_;
};

/// The middle value; the mean of the middle two.
double median(std::vector<double> values);
/// The value below which `share` (0 to 1) of the values lie.
double percentile(std::vector<double> values, double share);

}  // namespace dstream::bench
