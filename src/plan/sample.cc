#include <cmath>
#include <string>

#include "dstream/detail/sample_step.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr double kTwoTo64 = 0x1p64;
constexpr double kLargestMean = 100;

[[noreturn]] void refuse(const std::string& message, const Origin& origin) {
  throw Error(Errc::invalid_argument, message, {origin.operation, origin.where, {}, {}});
}

}  // namespace

SampleChoice SampleChoice::once(double fraction, std::uint64_t seed, const Origin& origin) {
  if (!(fraction >= 0 && fraction <= 1)) {
    refuse("the fraction is the probability of each record, from 0 to 1, not " +
               std::to_string(fraction) + "; for several copies use sample_with_replacement",
           origin);
  }
  if (fraction == 1) return SampleChoice({0}, seed);
  const auto taken = static_cast<std::uint64_t>(fraction * kTwoTo64);
  if (taken == 0) return SampleChoice({}, seed);
  return SampleChoice({0 - taken}, seed);
}

SampleChoice SampleChoice::often(double mean, std::uint64_t seed, const Origin& origin) {
  if (!(mean >= 0 && mean <= kLargestMean)) {
    refuse("the mean number of copies of each record is from 0 to 100, not " + std::to_string(mean),
           origin);
  }
  // Inversion: limit k is P(X <= k) in units of 2^-64. Beyond the mean the terms fall so fast that
  // the sum of those below 2^-64 does not matter.
  std::vector<std::uint64_t> limits;
  double term = std::exp(-mean);
  double sum = term;
  for (double k = 1; sum < 1 && (k <= mean || term * kTwoTo64 >= 1); ++k) {
    limits.push_back(static_cast<std::uint64_t>(sum * kTwoTo64));
    term *= mean / k;
    sum += term;
  }
  return SampleChoice(std::move(limits), seed);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
