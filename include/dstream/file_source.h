#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/decoder.h>
#include <dstream/detail/durations.h>
#include <dstream/detail/file_decoder.h>
#include <dstream/detail/input_source.h>
#include <dstream/detail/kept.h>
#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

struct Options;

/// Which files of a directory a stream takes: any callable bool(std::string_view path), such as
/// `ends_with(".csv")`. Without one, files whose names do not begin with a dot. It is called on the
/// thread that cuts batches.
class FileFilter {
 public:
  FileFilter() = default;
  template <class F>
    requires(std::is_invocable_r_v<bool, const F&, std::string_view>)
  FileFilter(F f)
      : callable_(detail::keep(new F(std::move(f)), &detail::destroy_object<F>)),
        call_([](const void* callable, std::string_view path) -> bool {
          return (*static_cast<const F*>(callable))(path);
        }) {}

  explicit operator bool() const { return call_ != nullptr; }
  bool operator()(std::string_view path) const { return call_(callable_.get(), path); }

 private:
  std::shared_ptr<const void> callable_;
  bool (*call_)(const void*, std::string_view) = nullptr;
};

/// Settings of a stream of the files that appear in a directory.
struct FileStreamOptions {
  FileFilter filter = {};
  /// Whether files that are older than the stream's start are left out.
  bool new_files_only = true;
  /// Files must have been modified after this time.
  Time newer_than = Time();
  /// How long after its modification a file may come into view; rounded up to whole batches. Files
  /// that are older when they are first seen are left out: set it longer to take them.
  Duration remember = std::chrono::seconds(60);
  /// Bytes of a file that one task reads, where the decoder allows it to be cut.
  std::size_t split_bytes = std::size_t{8} << 20;
  /// What happens to input that the decoder cannot read.
  BadRecords bad_records = BadRecords::dead_letter;
  /// What happens when a file has gone, or become shorter, before it is read: the rest is left out.
  BadRecords lost_files = BadRecords::dead_letter;
};

/// Settings of a stream of given files, as in FileStreamOptions.
struct FileOptions {
  std::size_t split_bytes = std::size_t{8} << 20;
  BadRecords bad_records = BadRecords::dead_letter;
  BadRecords lost_files = BadRecords::fail;
};

namespace detail {

/// Throws Error{Errc::invalid_argument} for an empty path, no split_bytes or no window.
DSTREAM_EXPORT std::shared_ptr<InputSource> make_directory_source(
    const char* operation, std::string directory, std::shared_ptr<const FileBlockMaker> maker,
    const FileStreamOptions& options, const Options& context);

/// Throws Error{Errc::invalid_argument} for no paths or no split_bytes.
DSTREAM_EXPORT std::shared_ptr<InputSource> make_files_source(
    const char* operation, std::vector<std::string> paths,
    std::shared_ptr<const FileBlockMaker> maker, const FileOptions& options,
    const Options& context);

template <class D>
std::shared_ptr<const FileBlockMaker> make_file_blocks(D decoder) {
  const SplitRule rule = split_rule_of(decoder);
  return make_file_block_maker(new D(std::move(decoder)), &destroy_object<D>, rule,
                               &read_file_block<D>);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
