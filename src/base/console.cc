#include <cstdio>
#include <string>

#include "dstream/detail/console.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void write_to_stdout(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
