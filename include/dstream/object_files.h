#pragma once

#include <string>
#include <string_view>

#include <dstream/detail/block_format.h>
#include <dstream/detail/files_output.h>
#include <dstream/detail/object_file.h>
#include <dstream/stream.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What save_as_object_files writes; in a header of its own, because codecs cost compile time.
template <class T>
struct ObjectFormat {
  static void begin(std::string& out, const FilesOutput&) {
    append_object_header(out, type_name<Owned<T>>());
  }
  static constexpr FileFormat format() {
    if constexpr (kHasObjectForm<T>) {
      return {&encode_record<T>, &begin, &append_object_trailer, false};
    } else {
      return {};
    }
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
