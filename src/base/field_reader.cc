#include "dstream/detail/field_reader.h"

namespace dstream {
inline namespace v1 {
namespace detail {

bool read_bool(std::string_view text, bool& to) noexcept {
  for (const std::string_view yes : {"true", "1", "True", "TRUE"}) {
    if (text == yes) return to = true;
  }
  for (const std::string_view no : {"false", "0", "False", "FALSE"}) {
    if (text == no) return !(to = false);
  }
  return false;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
