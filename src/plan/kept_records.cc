#include "plan/kept_records.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void KeptRecords::append_text(std::string_view text) {
  void* const place = column.room(1);
  ::new (place) std::string_view(texts.store(text), text.size());
  column.added(1);
}

void append_kept(const RecordKeeping& keeping, const Chunk& from, std::size_t first,
                 std::size_t stride, KeptRecords& to) {
  if (from.size <= first) return;
  if (keeping.append != nullptr) return keeping.append(from, first, stride, to);
  const std::size_t count = (from.size - first + stride - 1) / stride;
  auto* const place = static_cast<std::byte*>(to.column.room(count));
  const auto* const records = static_cast<const std::byte*>(from.data);
  const std::size_t size = keeping.record->size;
  if (stride == 1) {
    std::memcpy(place, records + first * size, count * size);
  } else {
    with_record_size(size, [&](auto fixed_size) {
      const std::byte* record = records + first * fixed_size;
      for (std::size_t i = 0; i < count; ++i, record += stride * fixed_size) {
        std::memcpy(place + i * fixed_size, record, fixed_size);
      }
    });
  }
  to.column.added(count);
}

void KeptReader::read_all(const RecordColumn& kept, Step& to) {
  if (!keeping_.as_is || keeping_.plain()) {
    return read(
        kept.size(), [&](std::size_t i) { return kept.at(i); }, to);
  }
  // Records that are costly to copy are shared where they lie.
  out_.pass_on(to);
  for (std::size_t i = 0; i < kept.size(); i += keeping_.chunk) {
    const std::size_t left = kept.size() - i;
    to.process(shared_chunk(kept.at(i), left < keeping_.chunk ? left : keeping_.chunk));
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
