#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "dstream/detail/console.h"
#include "dstream/error.h"
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
  const bool taken = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (std::fflush(stdout) == 0 && taken) return;
  const int code = errno;
  std::clearerr(stdout);
  throw Error(Errc::io, "cannot write to stdout: " + std::generic_category().message(code));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
