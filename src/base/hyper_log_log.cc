#include "dstream/hyper_log_log.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace {

constexpr int kRankBits = 6;
constexpr std::uint32_t kRankMask = (1U << kRankBits) - 1;
// A dense sketch takes a byte per register, a sparse one at most a quarter of that.
constexpr std::size_t kSparseShare = 16;

// Ertl's sigma and tau: what the registers that are zero, and those that are full, contribute.
double sigma(double x) {
  if (x == 1) return HUGE_VAL;
  double y = 1;
  double z = x;
  for (double before = -1; z != before;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1;
  double z = 1 - x;
  for (double before = -1; z != before;) {
    x = std::sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}

}  // namespace

void detail::check_precision(int precision) {
  if (precision >= 4 && precision <= 18) return;
  throw Error(Errc::invalid_argument,
              "approx_distinct_count: the precision must be from 4 to 18, not " +
                  std::to_string(precision));
}

HyperLogLog::HyperLogLog(int precision) : precision_(precision) {
  detail::check_precision(precision);
}

HyperLogLog::HyperLogLog(const HyperLogLog& other) = default;
HyperLogLog::HyperLogLog(HyperLogLog&& other) noexcept = default;
HyperLogLog& HyperLogLog::operator=(const HyperLogLog& other) = default;
HyperLogLog& HyperLogLog::operator=(HyperLogLog&& other) noexcept = default;
HyperLogLog::~HyperLogLog() = default;

void HyperLogLog::add_hash(std::uint64_t hash) {
  const auto index = static_cast<std::uint32_t>(hash >> (64 - precision_));
  // The bit behind the others ends the count of zeros.
  const std::uint64_t rest = hash << precision_ | std::uint64_t{1} << (precision_ - 1);
  const auto rank = static_cast<std::uint32_t>(std::countl_zero(rest) + 1);
  if (registers_.empty()) return raise_sparse(index, rank);
  std::uint8_t& held = registers_[index];
  held = std::max(held, static_cast<std::uint8_t>(rank));
}

void HyperLogLog::raise_sparse(std::uint32_t index, std::uint32_t rank) {
  const auto at = std::lower_bound(sparse_.begin(), sparse_.end(), index << kRankBits);
  if (at != sparse_.end() && *at >> kRankBits == index) {
    *at = std::max(*at, index << kRankBits | rank);
    return;
  }
  sparse_.insert(at, index << kRankBits | rank);
  if (sparse_.size() > (std::size_t{1} << precision_) / kSparseShare) make_dense();
}

void HyperLogLog::make_dense() {
  registers_.resize(std::size_t{1} << precision_);
  for (const std::uint32_t entry : sparse_) {
    registers_[entry >> kRankBits] = static_cast<std::uint8_t>(entry & kRankMask);
  }
  sparse_ = {};
}

void HyperLogLog::merge(const HyperLogLog& other) {
  if (other.precision_ != precision_) {
    throw Error(Errc::invalid_argument,
                "HyperLogLog: sketches of different precision cannot be merged");
  }
  if (other.registers_.empty()) {
    for (const std::uint32_t entry : other.sparse_) {
      if (registers_.empty()) {
        raise_sparse(entry >> kRankBits, entry & kRankMask);
      } else {
        std::uint8_t& held = registers_[entry >> kRankBits];
        held = std::max(held, static_cast<std::uint8_t>(entry & kRankMask));
      }
    }
    return;
  }
  if (registers_.empty()) make_dense();
  for (std::size_t i = 0; i < registers_.size(); ++i) {
    registers_[i] = std::max(registers_[i], other.registers_[i]);
  }
}

double HyperLogLog::estimate() const {
  const int most = 64 - precision_;  // ranks go up to most + 1
  const double m = std::ldexp(1.0, precision_);
  std::uint32_t ranks[64] = {};
  for (const std::uint8_t rank : registers_) ++ranks[rank];
  for (const std::uint32_t entry : sparse_) ++ranks[entry & kRankMask];
  if (registers_.empty())
    ranks[0] = (1U << precision_) - static_cast<std::uint32_t>(sparse_.size());
  double z = m * tau(1 - ranks[most + 1] / m);
  for (int rank = most; rank >= 1; --rank) z = 0.5 * (z + ranks[rank]);
  z += m * sigma(ranks[0] / m);
  constexpr double kHalfLog2e = 0.72134752044448170368;  // 1 / (2 ln 2)
  return kHalfLog2e * m * m / z;
}

std::size_t HyperLogLog::bytes() const noexcept {
  return sparse_.capacity() * sizeof(std::uint32_t) + registers_.capacity();
}

}  // namespace v1
}  // namespace dstream
