#include <bit>
#include <cstring>

#include <dstream/detail/combine_index.h>
#include <dstream/error.h>

namespace dstream {
inline namespace v1 {
namespace detail {

void check_combine_size(std::size_t entries) {
  constexpr std::size_t kMostEntries = std::size_t{1} << 30;
  if (entries > kMostEntries) {
    throw Error(Errc::capacity,
                "one slice or key group holds more than 2^30 distinct keys; use smaller slices or "
                "a longer key that spreads better");
  }
}

void CombineIndex::reset(std::size_t entries) {
  check_combine_size(entries);
  const std::size_t capacity = 2 * entries + 16;
  slots_.clear();
  slots_.resize_uninitialized(capacity);
  std::memset(slots_.data(), 0, capacity * sizeof(std::uint32_t));
  capacity_ = static_cast<std::uint32_t>(capacity);
  // One position more than the room, so that position + 1 never reaches into the tag.
  position_mask_ = static_cast<std::uint32_t>(std::bit_ceil(entries + 2) - 1);
  room_ = entries;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
