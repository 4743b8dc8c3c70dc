#include "dstream/quantile_sketch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "dstream/error.h"
#include "dstream/hash_of.h"

namespace dstream {
inline namespace v1 {
namespace {

constexpr std::size_t kLeastCapacity = 8;
constexpr double kShrink = 2.0 / 3;  // each level below the top holds this share of the one above

}  // namespace

QuantileSketch::QuantileSketch(std::uint32_t k) : k_(k) {
  detail::check_sketch_size(k);
  add_level();
}

QuantileSketch::QuantileSketch(const QuantileSketch& other) = default;
QuantileSketch::QuantileSketch(QuantileSketch&& other) noexcept = default;
QuantileSketch& QuantileSketch::operator=(const QuantileSketch& other) = default;
QuantileSketch& QuantileSketch::operator=(QuantileSketch&& other) noexcept = default;
QuantileSketch::~QuantileSketch() = default;

void QuantileSketch::add(double value) {
  if (value != value) return;
  if (count_ == 0 || value < min_) min_ = value;
  if (count_ == 0 || value > max_) max_ = value;
  ++count_;
  levels_.front().push_back(value);
  if (++held_ >= capacity_) compress();
}

std::size_t QuantileSketch::level_capacity(std::size_t level) const {
  const auto below_top = static_cast<double>(levels_.size() - 1 - level);
  const double capacity = std::ceil(k_ * std::pow(kShrink, below_top));
  return std::max(kLeastCapacity, static_cast<std::size_t>(capacity));
}

void QuantileSketch::add_level() {
  levels_.emplace_back();
  capacity_ = 0;
  for (std::size_t level = 0; level < levels_.size(); ++level) capacity_ += level_capacity(level);
}

// Only as much as has to be: a level that is not compacted now costs no accuracy.
void QuantileSketch::compress() {
  while (held_ >= capacity_) {
    std::size_t level = 0;
    while (levels_[level].size() < level_capacity(level)) ++level;
    if (level + 1 == levels_.size()) {
      add_level();
      if (held_ < capacity_) return;
    }
    compact(level);
  }
}

void QuantileSketch::compact(std::size_t level) {
  std::vector<double>& from = levels_[level];
  std::vector<double>& to = levels_[level + 1];
  std::sort(from.begin(), from.end());
  // An odd one stays, so that the weights always add up to the count.
  const std::size_t pairs = from.size() / 2;
  const std::size_t offset = toss(from[pairs]) ? 1 : 0;
  for (std::size_t i = 0; i < pairs; ++i) to.push_back(from[2 * i + offset]);
  from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(2 * pairs));
  held_ -= pairs;
}

// The values take part, so that slices toss differently; the state counts, so that equal values do.
bool QuantileSketch::toss(double value) {
  coin_ = detail::hash_word(detail::canonical_word(value), coin_ + count_);
  return (coin_ >> 32 & 1) != 0;
}

void QuantileSketch::merge(const QuantileSketch& other) {
  if (other.count_ == 0) return;
  if (this == &other) return merge(QuantileSketch(other));
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  count_ += other.count_;
  k_ = std::min(k_, other.k_);
  coin_ = detail::hash_word(other.coin_, coin_);
  while (levels_.size() < other.levels_.size()) levels_.emplace_back();
  held_ += other.held_;
  for (std::size_t level = 0; level < other.levels_.size(); ++level) {
    const std::vector<double>& values = other.levels_[level];
    levels_[level].insert(levels_[level].end(), values.begin(), values.end());
  }
  capacity_ = 0;
  for (std::size_t level = 0; level < levels_.size(); ++level) capacity_ += level_capacity(level);
  if (held_ >= capacity_) compress();
}

std::vector<double> QuantileSketch::quantiles(const std::vector<double>& probabilities) const {
  detail::check_probabilities(probabilities);
  std::vector<double> results(probabilities.size(), std::numeric_limits<double>::quiet_NaN());
  if (count_ == 0) return results;
  std::vector<std::pair<double, std::uint64_t>> weighted;  // value, then rank
  weighted.reserve(held_);
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    for (const double value : levels_[level])
      weighted.emplace_back(value, std::uint64_t{1} << level);
  }
  std::sort(weighted.begin(), weighted.end());
  std::uint64_t rank = 0;
  for (auto& [value, weight] : weighted) weight = rank += weight;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double wanted = std::ceil(probabilities[i] * static_cast<double>(count_));
    if (wanted <= 1) {
      results[i] = min_;
    } else if (wanted >= static_cast<double>(count_)) {
      results[i] = max_;
    } else {
      const auto at = std::lower_bound(
          weighted.begin(), weighted.end(), static_cast<std::uint64_t>(wanted),
          [](const auto& entry, std::uint64_t sought) { return entry.second < sought; });
      results[i] = at->first;
    }
  }
  return results;
}

double QuantileSketch::rank(double value) const {
  std::uint64_t rank = 0;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    for (const double held : levels_[level]) rank += std::uint64_t{held <= value} << level;
  }
  return static_cast<double>(rank);
}

double QuantileSketch::rank_error() const { return 2.0 / k_; }

void detail::check_sketch_size(std::uint32_t k) {
  if (k >= kLeastCapacity && k <= 65'535) return;
  throw Error(Errc::invalid_argument,
              "approx_quantiles: k must be from 8 to 65535, not " + std::to_string(k));
}

void detail::check_probabilities(const std::vector<double>& probabilities) {
  if (probabilities.empty()) {
    throw Error(Errc::invalid_argument, "approx_quantiles: name at least one probability");
  }
  for (const double p : probabilities) {
    if (p >= 0 && p <= 1) continue;
    throw Error(Errc::invalid_argument,
                "approx_quantiles: a probability must be from 0 to 1, not " + std::to_string(p));
  }
}

}  // namespace v1
}  // namespace dstream
