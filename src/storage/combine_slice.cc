#include <dstream/detail/combine_slice.h>

namespace dstream {
inline namespace v1 {
namespace detail {

void EntrySlice::clear() noexcept {
  entries_.clear();
  arena_.clear();
  starts_.fill(0);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
