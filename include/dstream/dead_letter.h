#pragma once

#include <string>

#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// A piece of input that could not be used.
struct DeadLetter {
  Time time;            ///< when it was dropped
  std::string source;   ///< operation of the input, as in "socket_text_stream"
  std::string reason;   ///< what was wrong with it
  std::string payload;  ///< its bytes, or where it is long how it begins
};

/// Where unusable input goes (Options::dead_letters). Called by the threads that receive, several
/// at a time; must not block for long, since it holds up its receiver. What it throws is ignored.
class DSTREAM_EXPORT DeadLetterOutput {
 public:
  virtual ~DeadLetterOutput();
  virtual void put(DeadLetter letter) = 0;
};

}  // namespace v1
}  // namespace dstream
