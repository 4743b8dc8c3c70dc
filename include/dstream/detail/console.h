#pragma once

#include <string_view>

#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Writes the text of a `print()` batch to stdout: the one place that does, at the user's request.
DSTREAM_EXPORT void write_to_stdout(std::string_view text);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
