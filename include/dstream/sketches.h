#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <dstream/aggregate.h>
#include <dstream/detail/aggregate_spec.h>
#include <dstream/detail/numeric_folds.h>
#include <dstream/hash_of.h>
#include <dstream/hyper_log_log.h>
#include <dstream/quantile_sketch.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Not the seed by which keys are spread over partitions.
inline constexpr std::uint64_t kSketchSeed = 0x5eed0d57'5ce7c401;

template <class P, class T>
class ApproxDistinctCount : Projecting<P, T> {
 public:
  ApproxDistinctCount(P p, int precision) : Projecting<P, T>(std::move(p)), precision_(precision) {}

  HyperLogLog zero() const { return HyperLogLog(precision_); }
  void add(HyperLogLog& state, const T& record) const {
    state.add_hash(hash_of(this->of(record), kSketchSeed));
  }
  void merge(HyperLogLog& into, const HyperLogLog& from) const { into.merge(from); }
  std::int64_t result(const HyperLogLog& state) const {
    return static_cast<std::int64_t>(state.estimate() + 0.5);
  }

 private:
  int precision_;
};

struct QuantileSettings {
  std::vector<double> probabilities;
  std::uint32_t k;
};

template <class P, class T>
class ApproxQuantiles : Projecting<P, T> {
 public:
  static constexpr bool kNeedsRecords = true;

  ApproxQuantiles(P p, QuantileSettings settings)
      : Projecting<P, T>(std::move(p)), settings_(std::move(settings)) {}

  QuantileSketch zero() const { return QuantileSketch(settings_.k); }
  void add(QuantileSketch& state, const T& record) const {
    state.add(static_cast<double>(this->of(record)));
  }
  void merge(QuantileSketch& into, const QuantileSketch& from) const { into.merge(from); }
  std::vector<double> result(const QuantileSketch& state) const {
    return state.quantiles(settings_.probabilities);
  }

 private:
  QuantileSettings settings_;
};

}  // namespace detail

/// About how many different values there are: std::int64_t, from a HyperLogLog with 2^precision
/// registers. Relative standard error 1.04 / sqrt(2^precision), 0.81 % by default. A key with few
/// values holds four bytes a value, one with many 2^precision bytes. Values are compared as keys
/// are. Throws Error{Errc::invalid_argument} for a precision that is not from 4 to 18. For the
/// record itself with another precision: `approx_distinct_count(std::identity(), 12)`.
template <class P = detail::WholeRecord>
auto approx_distinct_count(P p = {}, int precision = HyperLogLog::kDefaultPrecision) {
  detail::check_precision(precision);
  return detail::AggregateSpec<detail::ApproxDistinctCount, detail::Needs::kHash, P, int>(
      std::move(p), precision);
}

/// About the quantiles of the numbers p at these probabilities, 0.5 for the median: a
/// std::vector<double> in their order, from a QuantileSketch with size k (KLL). The rank of each is
/// off by at most 2 / k (1 % for k = 200) of the number of values with a probability of
/// 99 %; exact up to 1.6 k values. Numbers are taken as double; NaN is left out, and the result
/// is NaN where nothing is left. Holds up to about 3 k numbers a key. Throws
/// Error{Errc::invalid_argument} for no probability, for one that is not from 0 to 1, and for a k
/// that is not from 8 to 65 535.
template <class P>
auto approx_quantiles(P p, std::vector<double> probabilities,
                      std::uint32_t k = QuantileSketch::kDefaultK) {
  detail::check_probabilities(probabilities);
  detail::check_sketch_size(k);
  return detail::AggregateSpec<detail::ApproxQuantiles, detail::Needs::kNumber, P,
                               detail::QuantileSettings>(std::move(p),
                                                         {std::move(probabilities), k});
}

/// As above, of the records themselves.
template <class P = detail::WholeRecord>
auto approx_quantiles(std::vector<double> probabilities,
                      std::uint32_t k = QuantileSketch::kDefaultK) {
  return approx_quantiles(P(), std::move(probabilities), k);
}

}  // namespace v1
}  // namespace dstream
