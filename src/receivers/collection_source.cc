#include "dstream/collection_source.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string_view>
#include <utility>

#include "dstream/detail/fifo.h"
#include "dstream/error.h"
#include "dstream/generator_source.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

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

/// A collection, cut into batches beforehand. A batch's memory goes with the batch.
class CollectionSource final : public InputSource {
 public:
  void add(std::vector<BlockPtr> batch) { batches_.emplace_back(std::move(batch)); }

  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override;
  bool has_data() const override;
  SourceEnd end() const override;

 private:
  mutable std::mutex mutex_;  // leaf
  Fifo<std::vector<BlockPtr>> batches_;
};

/// The numbers of a range by index.
struct RangeValue {
  std::int64_t begin;
  std::int64_t step;
  std::int64_t operator()(std::uint64_t index) const {
    // Without a sign: the way may be longer than the largest number.
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(begin) +
                                     static_cast<std::uint64_t>(step) * index);
  }
};

/// Numbers, made when they are read.
class RangeSource final : public InputSource {
 public:
  RangeSource(const RangeValue& value, std::uint64_t size, std::size_t batch_records)
      : value_(std::make_shared<const RangeValue>(value)),
        size_(size),
        batch_records_(batch_records) {}

  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override;
  bool has_data() const override;
  SourceEnd end() const override;

 private:
  const std::shared_ptr<const RangeValue> value_;
  const std::uint64_t size_;
  const std::size_t batch_records_;
  std::atomic<std::uint64_t> next_{0};
};

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

}  // namespace

std::shared_ptr<InputSource> make_batches_source(const HostRecords& records,
                                                 const CollectionOptions& options) {
  check_collection(options);
  auto source = std::make_shared<CollectionSource>();
  const std::size_t size =
      records.type == nullptr ? sizeof(std::string_view) : records.type->source_size;
  for (std::size_t first = 0; first < records.size;) {
    const std::size_t count = std::min(records.size - first, options.batch_records);
    std::vector<BlockPtr> batch;
    append_copied({records.type, static_cast<std::byte*>(records.data) + first * size, count}, 1,
                  batch);
    source->add(std::move(batch));
    first += count;
  }
  return source;
}

std::shared_ptr<InputSource> make_range_source(std::int64_t begin, std::int64_t end,
                                               std::int64_t step,
                                               const CollectionOptions& options) {
  check_collection(options);
  return std::make_shared<RangeSource>(RangeValue{begin, step}, range_size(begin, end, step),
                                       options.batch_records);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
