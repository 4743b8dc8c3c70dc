#include <cstdio>
#include <string>

#include "dstream/detail/console.h"
#include "dstream/text_output.h"

namespace dstream {
inline namespace v1 {

TextOutput::~TextOutput() = default;

std::shared_ptr<TextOutput> stderr_output() {
  return callback_output(
      [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); });
}

namespace detail {

void write_to_stdout(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
