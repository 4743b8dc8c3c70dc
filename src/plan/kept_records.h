#pragma once

#include <cstddef>
#include <cstring>

#include "dstream/detail/kept_records.h"

#include "plan/copy_bytes.h"
#include "storage/record_output.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Keeps every `stride`-th record of the chunk, from `first`.
void append_kept(const RecordKeeping& keeping, const Chunk& from, std::size_t first,
                 std::size_t stride, KeptRecords& to);

/// Hands on records that were kept, chunk by chunk.
class KeptReader {
 public:
  explicit KeptReader(const RecordKeeping& keeping)
      : keeping_(keeping), out_(*keeping.record, keeping.chunk) {}

  /// Hands on the `count` records whose places `kept(i)` gives, in order of i.
  template <class KeptAt>
  void read(std::size_t count, const KeptAt& kept, Step& to) {
    if (!keeping_.plain()) {
      for (std::size_t i = 0; i < count; ++i) {
        keeping_.read(kept(i), out_.place(to));
        ++out_.size();
      }
      return;
    }
    with_record_size(keeping_.record->size, [&](auto size) {
      for (std::size_t i = 0; i < count;) {
        std::byte* place = out_.place(to);
        const std::size_t end = count - i < out_.room() ? count : i + out_.room();
        out_.size() += end - i;
        for (; i < end; ++i, place += size) std::memcpy(place, kept(i), size);
      }
    });
  }
  /// The same for all of a column.
  void read_all(const RecordColumn& kept, Step& to);
  void pass_on(Step& to) { out_.pass_on(to); }
  void clear() noexcept { out_.clear(); }

 private:
  const RecordKeeping& keeping_;
  RecordOutput out_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
