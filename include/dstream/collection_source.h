#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/fifo.h>
#include <dstream/detail/input_source.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/source_blocks.h>
#include <dstream/export.h>
#include <dstream/generator_source.h>

namespace dstream {
inline namespace v1 {

/// How a collection becomes a stream.
struct CollectionOptions {
  /// Records of a batch, at least 1; the last batch has the rest.
  std::size_t batch_records = std::size_t{64} << 10;
};

namespace detail {

/// Throws Error{Errc::invalid_argument} for batches of no records.
DSTREAM_EXPORT void check_collection(const CollectionOptions& options);
/// How many values `begin`, `begin + step`, … come before `end`. Throws for a step of 0.
DSTREAM_EXPORT std::uint64_t range_size(std::int64_t begin, std::int64_t end, std::int64_t step);

/// A collection, cut into batches beforehand. A batch's memory goes with the batch.
class DSTREAM_EXPORT CollectionSource final : public InputSource {
 public:
  /// Per batch its blocks.
  explicit CollectionSource(std::vector<std::vector<BlockPtr>> batches);
  ~CollectionSource() override;

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
class DSTREAM_EXPORT RangeSource final : public InputSource {
 public:
  RangeSource(const RangeValue& value, std::uint64_t size, std::size_t batch_records);
  ~RangeSource() override;

  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override;
  bool has_data() const override;
  SourceEnd end() const override;

 private:
  const std::shared_ptr<const RangeValue> value_;
  const std::uint64_t size_;
  const std::size_t batch_records_;
  std::atomic<std::uint64_t> next_{0};
};

template <class T>
std::shared_ptr<InputSource> make_collection_source(std::vector<T> records,
                                                    const CollectionOptions& options) {
  check_retainable<T>();
  check_collection(options);
  std::vector<std::vector<BlockPtr>> batches;
  for (std::size_t first = 0; first < records.size();) {
    const std::size_t left = records.size() - first;
    const std::size_t count = left < options.batch_records ? left : options.batch_records;
    std::vector<T> batch;
    batch.reserve(count);
    for (std::size_t i = first; i < first + count; ++i) batch.push_back(std::move(records[i]));
    append_blocks<T>(std::move(batch), batches.emplace_back());
    first += count;
  }
  return make_kept<CollectionSource, InputSource>(std::move(batches));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
