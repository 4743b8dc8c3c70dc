#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <dstream/detail/combine_slice.h>
#include <dstream/detail/step.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a task of a keyed shuffle leaves behind.
class KeyedSlice final : public SliceOutput {
 public:
  explicit KeyedSlice(const EntryType& type) noexcept : slice(type) {}
  ~KeyedSlice() override;
  std::size_t records(std::uint32_t partition) const override;
  std::size_t bytes() const override;

  EntrySlice slice;
};

/// The slice of an output if it holds something for the partition, null otherwise.
EntrySlice* slice_with(const SliceOutputPtr& output, std::uint32_t partition) noexcept;

/// Slices whose batch is done, kept for their memory: fresh memory costs more than filling it.
class SlicePool {
 public:
  explicit SlicePool(const EntryType& type) noexcept : type_(type) {}
  std::shared_ptr<KeyedSlice> take();
  void put_back(SliceOutputPtr output);

 private:
  const EntryType& type_;
  std::mutex mutex_;                               // leaf; held for a push or pop
  std::vector<std::shared_ptr<KeyedSlice>> idle_;  // at most what one batch wrote
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
