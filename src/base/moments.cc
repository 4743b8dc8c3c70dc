#include <cmath>

#include "dstream/detail/numeric_folds.h"

namespace dstream {
inline namespace v1 {
namespace detail {

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

}  // namespace detail
}  // namespace v1
}  // namespace dstream
