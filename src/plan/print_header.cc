#include "plan/print_header.h"

#include <string_view>

#include <fmt/format.h>

namespace dstream {
inline namespace v1 {
namespace detail {

std::string print_header(Time batch_time) {
  constexpr std::string_view kLine = "-------------------------------------------\n";
  return fmt::format("{}Time: {} ms\n{}", kLine, batch_time.ms(), kLine);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
