#include "dstream/detail/sum_state.h"

#include "dstream/detail/filtered_fold.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void throw_sum_overflow() {
  throw Error(Errc::capacity,
              "sum: the total does not fit 64 bits; sum a floating-point number instead, as in "
              "sum([](const Bid& bid) { return double(bid.price); })");
}

void check_top_k(std::size_t k) {
  if (k == 0) throw Error(Errc::invalid_argument, "top_k: k must be at least 1");
}

double to_double(const WideTotal& total, bool is_signed) noexcept {
  __extension__ using Int128 = __int128;
  return is_signed ? static_cast<double>(static_cast<Int128>(total.bits()))
                   : static_cast<double>(total.bits());
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
