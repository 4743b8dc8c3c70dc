#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <dstream/block.h>
#include <dstream/detail/record_array.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Makes terminals that put a stream at rest.
using CollectorFactory = TerminalPtr (*)(std::size_t limit);

/// Puts a stream's records at rest, the first `limit` of each slice.
DSTREAM_EXPORT TerminalPtr make_record_collector(const RecordType& type, std::size_t limit);
DSTREAM_EXPORT TerminalPtr make_text_collector(std::size_t limit);

template <class T>
TerminalPtr make_collector(std::size_t limit) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return make_text_collector(limit);
  } else {
    return make_record_collector(kRecordType<T>, limit);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
