#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "digest.h"
#include "report.h"
#include "settings.h"

namespace dstream::bench {

/// One way of doing a workload, ready to run: contexts started, threads waiting.
class Runner {
 public:
  virtual ~Runner() = default;
  /// Does the whole work once; gives the seconds from the first batch to the last result.
  virtual double run() = 0;
  /// The digest of what the last run found; drops the results.
  virtual Digest digest() = 0;
};

struct Variant {
  std::string name;
  int threads = 1;  ///< cores that the process is bound to while it runs
  std::function<std::unique_ptr<Runner>()> make;
};

/// A demand on the throughput of one variant as a multiple of another's.
struct Ratio {
  std::string name;
  std::string variant;
  std::string rival;
  double at_least = 0;  ///< 0: reported only
};

/// A demand on the time that a variant takes per record.
struct Limit {
  std::string name;
  std::string variant;
  double at_most_us = 0;
};

/// The same work done in several ways over the same data.
struct Comparison {
  std::string name;
  std::string about;
  std::function<std::uint64_t(const Settings&)> prepare;  ///< makes the data; the records of a run
  std::function<void()> release;
  std::vector<Variant> variants;
  std::vector<Ratio> ratios;
  std::vector<Limit> limits = {};
};

/// Work that has no rival that would do the same: it measures what it wants.
struct Measurement {
  std::string name;
  std::string about;
  std::function<void(const Settings&, Report&)> run;
};

/// Runs every variant once per round in a fresh random order, compares what they found, and keeps
/// the times. Throws std::runtime_error if two variants disagree.
void run_comparison(const Comparison& comparison, const Settings& settings, Report& report);

/// Measures the memory of every variant, each in a child process.
void measure_memory(const Comparison& comparison, const Settings& settings, Report& report);

/// A runner made of a function that does the work and one that digests.
template <class Work, class DigestOf>
std::unique_ptr<Runner> make_runner(Work work, DigestOf digest_of) {
  class Made final : public Runner {
   public:
    Made(Work w, DigestOf d) : work_(std::move(w)), digest_of_(std::move(d)) {}
    double run() override { return work_(); }
    Digest digest() override { return digest_of_(); }

   private:
    Work work_;
    DigestOf digest_of_;
  };
  return std::make_unique<Made>(std::move(work), std::move(digest_of));
}

}  // namespace dstream::bench
