#pragma once

#include <cstddef>
#include <string_view>

#include <dstream/decoder.h>
#include <dstream/detail/line_cutter.h>

namespace dstream {
inline namespace v1 {

/// Settings of the decoder `lines`.
struct LineOptions {
  std::size_t max_bytes = std::size_t{1} << 20;  ///< of a line; longer ones are bad records
};

/// The decoder of text, made by `lines`: views of lines without their ends. A line ends at '\n', and
/// a '\r' before it belongs to the end; the last one need not have an end. Any other byte may occur,
/// NUL and invalid UTF-8 included.
class Lines {
 public:
  using Record = std::string_view;

  explicit Lines(const LineOptions& options) : cutter_(options.max_bytes) {}

  SplitRule split_rule() const { return {.at_newlines = true}; }

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    return cutter_.cut(bytes, last, detail::LineTaker<Out>{out}, [&out](std::string_view begin) {
      out.bad("the line is longer than max_bytes", begin);
    });
  }

 private:
  detail::LineCutter cutter_;
};

/// Decodes lines of text: DStream<std::string_view>.
inline Lines lines(const LineOptions& options = {}) { return Lines(options); }

}  // namespace v1
}  // namespace dstream
