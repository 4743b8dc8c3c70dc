#include "dstream/collection_source.h"

#include <algorithm>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void check_collection(const CollectionOptions& options) {
  if (options.batch_records >= 1) return;
  throw Error(Errc::invalid_argument, "CollectionOptions: batch_records must be at least 1");
}

std::uint64_t range_size(std::int64_t begin, std::int64_t end, std::int64_t step) {
  if (step == 0) throw Error(Errc::invalid_argument, "range: the step must not be 0");
  if (step > 0 ? begin >= end : begin <= end) return 0;
  const auto unsigned_of = [](std::int64_t x) { return static_cast<std::uint64_t>(x); };
  const std::uint64_t way =
      step > 0 ? unsigned_of(end) - unsigned_of(begin) : unsigned_of(begin) - unsigned_of(end);
  const std::uint64_t stride = step > 0 ? unsigned_of(step) : 0 - unsigned_of(step);
  return (way - 1) / stride + 1;
}

CollectionSource::CollectionSource(std::vector<std::vector<BlockPtr>> batches) {
  for (auto& batch : batches) batches_.emplace_back(std::move(batch));
}
CollectionSource::~CollectionSource() = default;

void CollectionSource::cut(Time, Time, std::vector<BlockPtr>& blocks) {
  const std::lock_guard lock(mutex_);
  if (batches_.empty()) return;
  const std::vector<BlockPtr> batch = batches_.pop_front();
  blocks.insert(blocks.end(), batch.begin(), batch.end());
}

bool CollectionSource::has_data() const {
  const std::lock_guard lock(mutex_);
  return !batches_.empty();
}

SourceEnd CollectionSource::end() const {
  return has_data() ? SourceEnd::ahead : SourceEnd::reached;
}

RangeSource::RangeSource(const RangeValue& value, std::uint64_t size, std::size_t batch_records)
    : value_(std::make_shared<const RangeValue>(value)),
      size_(size),
      batch_records_(batch_records) {}
RangeSource::~RangeSource() = default;

void RangeSource::cut(Time, Time, std::vector<BlockPtr>& blocks) {
  const std::uint64_t first = next_.load(std::memory_order_relaxed);
  const std::uint64_t count = std::min<std::uint64_t>(size_ - first, batch_records_);
  if (count == 0) return;
  blocks.push_back(
      std::make_shared<GeneratorBlock<std::int64_t, RangeValue>>(value_, first, count));
  next_.store(first + count, std::memory_order_relaxed);
}

bool RangeSource::has_data() const { return next_.load(std::memory_order_relaxed) < size_; }

SourceEnd RangeSource::end() const { return has_data() ? SourceEnd::ahead : SourceEnd::reached; }

}  // namespace detail
}  // namespace v1
}  // namespace dstream
