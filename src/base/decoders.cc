#include <string>

#include <dstream/error.h>
#include <dstream/fixed_records.h>
#include <dstream/frames.h>

namespace dstream {
inline namespace v1 {

Frames::Frames(const FrameOptions& options) : options_(options) {
  const std::size_t bytes = options.length_bytes;
  if (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) return;
  throw Error(Errc::invalid_argument,
              "frames: length_bytes must be 1, 2, 4 or 8, not " + std::to_string(bytes));
}

FixedRecords::FixedRecords(std::size_t record_bytes) : bytes_(record_bytes) {
  constexpr std::size_t kMost = std::size_t{64} << 20;
  if (record_bytes >= 1 && record_bytes <= kMost) return;
  throw Error(Errc::invalid_argument,
              "fixed_records: the length of a record must be 1 byte to "
              "64 MiB, not " +
                  std::to_string(record_bytes) + " bytes");
}

}  // namespace v1
}  // namespace dstream
