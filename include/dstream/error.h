#pragma once

#include <cstdint>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>

#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// What kind of thing went wrong; `Error::code()`.
enum class Errc {
  invalid_argument,  ///< a value that the call cannot take
  illegal_state,     ///< the call is not legal in the context's present state
  no_output,         ///< start() without an output operation
  task_failed,       ///< a callable of the user's threw in every attempt
  missing_codec,     ///< an enabled option must serialize a type that has no codec
  corrupt_data,      ///< bytes that cannot be decoded
  io,                ///< a file or socket operation failed
  capacity,          ///< a bound was reached
  closed,            ///< the other side is closed
  block_lost,        ///< data of a batch are gone and cannot be computed again
};

/// The name of a code, as in "invalid_argument".
DSTREAM_EXPORT const char* to_string(Errc code) noexcept;

/// Where in a job an error arose. Every part is optional.
struct ErrorContext {
  std::string operation;                      ///< operator, as in "reduce_by_key"
  std::optional<std::source_location> where;  ///< the user's line that made the operator
  std::optional<Time> batch_time;
  std::optional<std::uint32_t> slice;
};

/// The one exception type of the library. what() is complete: it names the operator, the user's
/// file and line, the batch and the slice where they are known, and says what to do.
class DSTREAM_EXPORT Error : public std::runtime_error {
 public:
  Error(Errc code, const std::string& message);
  Error(Errc code, const std::string& message, ErrorContext context);
  ~Error() override;

  Errc code() const noexcept { return code_; }
  /// The operator's name, empty where none is involved.
  const std::string& operation() const noexcept { return context_.operation; }
  const std::optional<std::source_location>& where() const noexcept { return context_.where; }
  const std::optional<Time>& batch_time() const noexcept { return context_.batch_time; }
  const std::optional<std::uint32_t>& slice() const noexcept { return context_.slice; }

 private:
  Errc code_;
  ErrorContext context_;
};

}  // namespace v1
}  // namespace dstream
