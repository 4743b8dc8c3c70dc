#pragma once

#include <cstddef>
#include <string_view>

#include <dstream/decoder.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// The decoder of records of one length, made by `fixed_records`: views of their bytes. Bytes at the
/// end that are no whole record are a bad one.
class FixedRecords {
 public:
  using Record = std::string_view;

  /// Throws Error{Errc::invalid_argument} unless there are 1 byte to 64 MiB.
  DSTREAM_EXPORT explicit FixedRecords(std::size_t record_bytes);

  SplitRule split_rule() const { return {.record_bytes = bytes_}; }

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    std::size_t at = 0;
    for (; bytes.size() - at >= bytes_; at += bytes_) out.record(bytes.substr(at, bytes_));
    if (!last) return at;
    if (at != bytes.size()) {
      out.bad("the last record is cut off", bytes.substr(at, detail::kReportedBytes));
    }
    return bytes.size();
  }

 private:
  std::size_t bytes_;
};

/// Decodes records of `record_bytes` each: DStream<std::string_view>.
inline FixedRecords fixed_records(std::size_t record_bytes) { return FixedRecords(record_bytes); }

}  // namespace v1
}  // namespace dstream
