#include "plan/spread_exchange.h"

#include <memory>
#include <utility>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

// A slice does not know how many records lie before it, so it deals its own out from bucket 0; the
// readers know all sizes and turn the buckets.
class SpreadSlice final : public SliceOutput {
 public:
  std::size_t records(std::uint32_t partition) const override { return block(partition).size(); }
  std::size_t bytes() const override {
    std::size_t total = 0;
    for (const SliceOutputPtr& bucket : buckets) total += bucket->bytes();
    return total;
  }
  const Block& block(std::size_t bucket) const {
    return static_cast<const Block&>(*buckets[bucket]);
  }

  std::vector<SliceOutputPtr> buckets;
  std::size_t size = 0;
};

class SpreadWriter final : public Terminal {
 public:
  SpreadWriter(CollectorFactory collector, std::size_t record_size, std::uint32_t partitions)
      : record_size_(record_size) {
    buckets_.reserve(partitions);
    for (std::uint32_t i = 0; i < partitions; ++i) buckets_.push_back(collector(SIZE_MAX));
  }

  void process(Chunk chunk) override {
    auto* record = static_cast<std::byte*>(chunk.data);
    for (std::size_t i = 0; i < chunk.size; ++i, record += record_size_) {
      buckets_[size_++ % buckets_.size()]->process({record, 1, chunk.movable});
    }
  }
  void reset() noexcept override {
    for (const TerminalPtr& bucket : buckets_) bucket->reset();
    size_ = 0;
  }
  SliceOutputPtr take() override {
    auto slice = std::make_shared<SpreadSlice>();
    for (const TerminalPtr& bucket : buckets_) slice->buckets.push_back(bucket->take());
    slice->size = std::exchange(size_, 0);
    return slice;
  }

 private:
  const std::size_t record_size_;
  std::vector<TerminalPtr> buckets_;
  std::size_t size_ = 0;
};

class SpreadReader final : public ExchangeReader {
 public:
  void read(std::span<const SliceOutputPtr> slices, std::uint32_t partition, Step& to) override {
    std::size_t before = 0;
    for (const SliceOutputPtr& output : slices) {
      if (!output) continue;
      const auto& slice = static_cast<const SpreadSlice&>(*output);
      const std::size_t partitions = slice.buckets.size();
      const Block& block = slice.block((partition + partitions - before % partitions) % partitions);
      block.read(0, block.size(), to);
      before += slice.size;
    }
  }
};

}  // namespace

TerminalPtr SpreadExchange::make_writer(const ExchangeSettings&) const {
  return TerminalPtr(new SpreadWriter(collector_, record_size_, partitions_));
}

ReaderPtr SpreadExchange::make_reader(const ExchangeSettings&) const {
  return ReaderPtr(new SpreadReader());
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
