#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// Estimates quantiles of numbers in little memory: the KLL sketch (Karnin, Lang, Liberty, "Optimal
/// Quantile Approximation in Streams", FOCS 2016). Levels of compactors: a value on level h stands
/// for 2^h values; a full level is sorted and every other value goes one level up, beginning with
/// the first or the second as a coin says.
///
/// The rank of a quantile that it gives is off by at most rank_error() times the number of values,
/// for each quantile with a probability of 99 %; up to 1.6 k values it is exact. Holds about 3
/// k numbers. The coin is a hash of the number of tosses and the values, so the same calls give the
/// same sketch bit for bit. NaN has no rank: it is left out. Copyable; not thread-safe.
class DSTREAM_EXPORT QuantileSketch {
 public:
  static constexpr std::uint32_t kDefaultK = 200;

  /// `k`, the size of the greatest level, from 8 to 65 535; else throws
  /// Error{Errc::invalid_argument}.
  explicit QuantileSketch(std::uint32_t k = kDefaultK);
  // In the library, so that users need not compile them.
  QuantileSketch(const QuantileSketch& other);
  QuantileSketch(QuantileSketch&& other) noexcept;
  QuantileSketch& operator=(const QuantileSketch& other);
  QuantileSketch& operator=(QuantileSketch&& other) noexcept;
  ~QuantileSketch();

  void add(double value);

  /// Becomes the sketch of both; the sizes k may differ, the smaller one then holds.
  void merge(const QuantileSketch& other);

  /// For each probability p the least value whose rank is at least p times the number of values;
  /// 0 gives the least value and 1 the greatest, exactly. NaN if there are no values. Throws
  /// Error{Errc::invalid_argument} for a probability that is not from 0 to 1.
  std::vector<double> quantiles(const std::vector<double>& probabilities) const;

  /// The estimated number of values that are not greater than `value`.
  double rank(double value) const;

  /// The relative error of ranks that 99 % of all quantiles keep: 2 / k, 1 % for k = 200. Measured
  /// (tests/sketch_test.cc): the paper gives O(1 / k) without the constant.
  double rank_error() const;

  /// Values taken in, without NaN.
  std::uint64_t count() const noexcept { return count_; }
  /// Values held.
  std::size_t held() const noexcept { return held_; }

 private:
  std::size_t level_capacity(std::size_t level) const;
  void add_level();
  void compress();
  void compact(std::size_t level);
  bool toss(double value);

  std::uint32_t k_;
  std::size_t held_ = 0;
  std::size_t capacity_ = 0;  // of all levels together
  std::uint64_t count_ = 0;
  std::uint64_t coin_ = 0;
  double min_ = 0;
  double max_ = 0;
  std::vector<std::vector<double>> levels_;
};

namespace detail {
/// Throws Error{invalid_argument} unless all are from 0 to 1 and there is one.
DSTREAM_EXPORT void check_probabilities(const std::vector<double>& probabilities);
/// Throws Error{invalid_argument} for a k that QuantileSketch does not take.
DSTREAM_EXPORT void check_sketch_size(std::uint32_t k);
}  // namespace detail

}  // namespace v1
}  // namespace dstream
