#pragma once

#include <string>
#include <string_view>

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
  static constexpr bool kWritable = kHasObjectForm<T>;
  static void begin(std::string& out, const FilesOutput&) {
    append_object_header(out, type_name<Owned<T>>());
  }
  static void append(std::string& out, const T& record) { append_object_record(out, record); }
  static void end(std::string& out, std::uint64_t records) { append_object_trailer(out, records); }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
