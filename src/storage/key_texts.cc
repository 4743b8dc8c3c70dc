#include <utility>

#include <dstream/detail/fold_loops.h>

namespace dstream {
inline namespace v1 {
namespace detail {

std::string_view KeyTexts::hold(std::string&& text) noexcept {
  return texts_[used_++] = std::move(text);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
