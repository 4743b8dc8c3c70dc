#include <deque>
#include <utility>

#include "dstream/detail/record_exchanges.h"

#include "plan/kept_records.h"
#include "plan/output_pool.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

// A slice does not know how many records lie before it, so it deals its own out from bucket 0; the
// readers know all sizes and turn the buckets.

/// A slice's records in as many buckets as there are partitions.
class DealtSlice final : public SliceOutput {
 public:
  DealtSlice(const RecordKeeping& keeping, std::uint32_t partitions) {
    for (std::uint32_t i = 0; i < partitions; ++i) buckets.emplace_back(*keeping.kept);
  }
  std::size_t records(std::uint32_t partition) const override { return buckets[partition].size(); }
  std::size_t bytes() const override {
    std::size_t total = 0;
    for (const KeptRecords& bucket : buckets) total += bucket.bytes();
    return total;
  }
  void clear() noexcept {
    for (KeptRecords& bucket : buckets) bucket.clear();
    size = 0;
  }

  std::deque<KeptRecords> buckets;
  std::size_t size = 0;
};

class DealWriter final : public Terminal {
 public:
  DealWriter(const RecordKeeping& keeping, OutputPool<DealtSlice>& pool, std::uint32_t partitions)
      : keeping_(keeping), pool_(pool), partitions_(partitions) {}

  void process(Chunk chunk) override {
    if (!slice_) start();
    const std::size_t dealt = slice_->size % partitions_;
    for (std::uint32_t i = 0; i < partitions_ && i < chunk.size; ++i) {
      append_kept(keeping_, chunk, i, partitions_, slice_->buckets[(dealt + i) % partitions_]);
    }
    slice_->size += chunk.size;
  }
  void reset() noexcept override {
    if (slice_) slice_->clear();
  }
  SliceOutputPtr take() override {
    if (!slice_) start();
    return std::exchange(slice_, nullptr);
  }

 private:
  void start() { slice_ = pool_.take(keeping_, partitions_); }

  const RecordKeeping& keeping_;
  OutputPool<DealtSlice>& pool_;
  const std::uint32_t partitions_;
  std::shared_ptr<DealtSlice> slice_;
};

class DealReader final : public ExchangeReader {
 public:
  explicit DealReader(const RecordKeeping& keeping) : reader_(keeping) {}

  void read(std::span<const SliceOutputPtr> slices, std::uint32_t partition, Step& to) override {
    std::size_t before = 0;
    for (const SliceOutputPtr& output : slices) {
      if (!output) continue;
      const auto& slice = static_cast<const DealtSlice&>(*output);
      const std::size_t partitions = slice.buckets.size();
      const std::size_t bucket = (partition + partitions - before % partitions) % partitions;
      reader_.read_all(slice.buckets[bucket].column, to);
      before += slice.size;
    }
    reader_.pass_on(to);
  }
  void reset() noexcept override { reader_.clear(); }

 private:
  KeptReader reader_;
};

class RepartitionExchange final : public Exchange {
 public:
  RepartitionExchange(const RecordKeeping& keeping, std::uint32_t partitions)
      : keeping_(keeping), partitions_(partitions) {}

  std::uint32_t partitions(const ExchangeSettings&) const override { return partitions_; }
  TerminalPtr make_writer(const ExchangeSettings&) const override {
    return TerminalPtr(new DealWriter(keeping_, pool_, partitions_));
  }
  ReaderPtr make_reader(const ExchangeSettings&) const override {
    return ReaderPtr(new DealReader(keeping_));
  }
  /// Exactly n partitions, with records or without.
  bool wanted(const ExchangeSettings&, std::span<const SliceOutputPtr>,
              std::uint32_t) const override {
    return true;
  }
  void recycle(SliceOutputPtr output) const override { pool_.put_back(std::move(output)); }

 private:
  const RecordKeeping& keeping_;
  const std::uint32_t partitions_;
  mutable OutputPool<DealtSlice> pool_;
};

}  // namespace

std::shared_ptr<const Exchange> make_repartition_exchange(const RecordKeeping& keeping,
                                                          std::uint32_t partitions) {
  return std::make_shared<RepartitionExchange>(keeping, partitions);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
