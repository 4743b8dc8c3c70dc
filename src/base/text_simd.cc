#include <dstream/detail/text_simd.h>

#include <string>

#include <dstream/error.h>

namespace dstream {
inline namespace v1 {
namespace detail {

AnyMatcher::AnyMatcher(std::string_view wanted) {
  if (wanted.empty() || wanted.size() > kMost) {
    throw Error(Errc::invalid_argument,
                "split_any: give 1 to 8 delimiters, not " + std::to_string(wanted.size()));
  }
  for (const char c : wanted) wanted_[count_++] = c;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
