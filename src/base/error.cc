#include "dstream/error.h"

#include <fmt/format.h>

#include "base/time_format.h"

namespace dstream {
inline namespace v1 {
namespace {

const char* file_name(const char* path) {
  const char* name = path;
  for (const char* p = path; *p != '\0'; ++p) {
    if (*p == '/') name = p + 1;
  }
  return name;
}

/// "main.cc:7 reduce_by_key (batch 12:00:01, slice 3): message".
std::string full_message(const std::string& message, const ErrorContext& context) {
  std::string text;
  if (context.where) {
    text += fmt::format("{}:{}", file_name(context.where->file_name()), context.where->line());
  }
  if (!context.operation.empty()) text += (text.empty() ? "" : " ") + context.operation;
  std::string place;
  if (context.batch_time) place = "batch " + detail::time_of_day(*context.batch_time);
  if (context.slice) place += fmt::format("{}slice {}", place.empty() ? "" : ", ", *context.slice);
  if (!place.empty()) text += fmt::format("{}({})", text.empty() ? "" : " ", place);
  return text.empty() ? message : text + ": " + message;
}

}  // namespace

const char* to_string(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid_argument";
    case Errc::illegal_state:
      return "illegal_state";
    case Errc::no_output:
      return "no_output";
    case Errc::task_failed:
      return "task_failed";
    case Errc::missing_codec:
      return "missing_codec";
    case Errc::corrupt_data:
      return "corrupt_data";
    case Errc::io:
      return "io";
    case Errc::capacity:
      return "capacity";
    case Errc::closed:
      return "closed";
    case Errc::block_lost:
      return "block_lost";
  }
  return "unknown";
}

Error::Error(Errc code, const std::string& message) : std::runtime_error(message), code_(code) {}

Error::Error(Errc code, const std::string& message, ErrorContext context)
    : std::runtime_error(full_message(message, context)),
      code_(code),
      context_(std::move(context)) {}

Error::~Error() = default;

}  // namespace v1
}  // namespace dstream
