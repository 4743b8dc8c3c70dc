#include <cmath>

#include "dstream/detail/collecting_folds.h"
#include "dstream/detail/numeric_folds.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void throw_sum_overflow() {
  throw Error(Errc::capacity,
              "sum: the total does not fit 64 bits; sum a floating-point number instead, as in "
              "sum([](const Bid& bid) { return double(bid.price); })");
}

double to_double(const WideTotal& total, bool is_signed) noexcept {
  __extension__ using Int128 = __int128;
  return is_signed ? static_cast<double>(static_cast<Int128>(total.bits()))
                   : static_cast<double>(total.bits());
}

void Moments::merge(const Moments& from) {
  if (from.count == 0) return;
  if (count == 0) {
    *this = from;
    return;
  }
  const double distance = from.mean - mean;
  const double both = count + from.count;
  mean += distance * (from.count / both);
  squares += from.squares + distance * distance * (count / both) * from.count;
  count = both;
}

double spread_of(const Moments& moments, Spread spread) noexcept {
  const double variance = moments.squares / (spread.sample ? moments.count - 1 : moments.count);
  return spread.root ? std::sqrt(variance) : variance;
}

void check_top_k(std::size_t k) {
  if (k == 0) throw Error(Errc::invalid_argument, "top_k: k must be at least 1");
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
