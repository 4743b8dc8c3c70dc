#pragma once

#include <memory>

#include <dstream/detail/record_decoder.h>
#include <dstream/detail/sources.h>
#include <dstream/options.h>

#include "receivers/text_lines.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// The parts of a source of lines. Lines that are too long are dead letters, whatever the source.
inline ByteSourceParts line_parts(const char* operation, const Tunables& tunables) {
  return {operation,
          std::make_shared<const TypedDecoder<TextLines>>(TextLines(tunables.max_line_bytes))};
}

/// Lines for a new connection, as long as the tunables allow by now.
inline Box<RecordDecoder> make_lines(const Tunables& tunables) {
  return std::make_unique<TypedDecoder<TextLines>>(TextLines(tunables.max_line_bytes));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
