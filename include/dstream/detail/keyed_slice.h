#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a task of a keyed shuffle leaves behind.
class DSTREAM_EXPORT KeyedSlice final : public SliceOutput {
 public:
  explicit KeyedSlice(const EntryType& type) noexcept : slice(type) {}
  ~KeyedSlice() override;
  std::size_t records(std::uint32_t partition) const override;
  std::size_t bytes() const override;

  EntrySlice slice;
};

/// The slice of an output if it holds something for the partition, null otherwise.
DSTREAM_EXPORT EntrySlice* slice_with(const SliceOutputPtr& output,
                                      std::uint32_t partition) noexcept;

/// Those of the slices that hold something for the partition.
template <class K, class V>
void slices_of(std::span<const SliceOutputPtr> outputs, std::uint32_t partition,
               std::vector<CombinedSlice<K, V>*>& slices) {
  slices.clear();
  for (const SliceOutputPtr& output : outputs) {
    EntrySlice* const slice = slice_with(output, partition);
    if (slice != nullptr) slices.push_back(static_cast<CombinedSlice<K, V>*>(slice));
  }
}

/// Hands on what a reader of an exchange has put into its buffer.
template <class T>
void pass_on(ChunkBuffer<T>& records, Step& to) {
  if (records.size() == 0) return;
  to.process({records.end() - records.size(), records.size(), true});
  records.clear();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
