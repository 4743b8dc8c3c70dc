#include "storage/combine_dense.h"

#include <cstring>

namespace dstream {
inline namespace v1 {
namespace detail {

bool CombineDense::cover(std::uint64_t low, std::uint64_t high) {
  const std::uint64_t extent = high - low;
  if (extent >= kRange) return false;
  if (places_.size() == 0) {
    places_.resize_uninitialized(kRange);
    clear();
  }
  // Room on both sides halves with every move, so there are at most 17 moves in a slice.
  base_ = low - (kRange - 1 - extent) / 2;
  open_ = true;
  return true;
}

void CombineDense::clear() noexcept {
  std::memset(places_.data(), 0, places_.size() * sizeof(std::uint32_t));
  open_ = false;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
