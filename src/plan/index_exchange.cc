#include <utility>

#include "dstream/detail/record_exchanges.h"

#include "plan/kept_records.h"
#include "plan/output_pool.h"
#include "storage/record_output.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

class WholeSlice final : public SliceOutput {
 public:
  explicit WholeSlice(const ElementType& type) : kept(type) {}

  /// Which partition gets the slice follows from the slices before it, so the figures say 0.
  std::size_t records(std::uint32_t partition) const override {
    return partition == 0 ? kept.size() : 0;
  }
  std::size_t bytes() const override { return kept.bytes(); }
  void clear() noexcept { kept.clear(); }

  KeptRecords kept;
};

class WholeWriter final : public Terminal {
 public:
  WholeWriter(const RecordKeeping& keeping, OutputPool<WholeSlice>& pool)
      : keeping_(keeping), pool_(pool) {}

  void process(Chunk chunk) override {
    if (!slice_) slice_ = pool_.take(*keeping_.kept);
    append_kept(keeping_, chunk, 0, 1, slice_->kept);
  }
  void reset() noexcept override {
    if (slice_) slice_->clear();
  }
  SliceOutputPtr take() override {
    return slice_ ? std::exchange(slice_, nullptr) : pool_.take(*keeping_.kept);
  }

 private:
  const RecordKeeping& keeping_;
  OutputPool<WholeSlice>& pool_;
  std::shared_ptr<WholeSlice> slice_;
};

/// Calls `use(slice, index of its first record, partition)` for every slice that has records: the
/// partition is that of the slice's first record, were the batch cut into equal runs.
template <class Use>
void for_each_whole_slice(std::span<const SliceOutputPtr> slices, std::uint32_t partitions,
                          const Use& use) {
  std::size_t total = 0;
  for (const SliceOutputPtr& slice : slices) total += slice ? slice->records(0) : 0;
  std::size_t first = 0;
  for (const SliceOutputPtr& slice : slices) {
    const std::size_t size = slice ? slice->records(0) : 0;
    if (size == 0) continue;
    use(static_cast<const WholeSlice&>(*slice), first,
        static_cast<std::uint32_t>(first * partitions / total));
    first += size;
  }
}

class IndexReader final : public ExchangeReader {
 public:
  IndexReader(const IndexReading& reading, std::uint32_t partitions)
      : reading_(reading), partitions_(partitions), out_(*reading.result, reading.chunk) {}

  void read(std::span<const SliceOutputPtr> slices, std::uint32_t partition, Step& to) override {
    const auto number = [&](const WholeSlice& slice, std::size_t first, std::uint32_t of) {
      if (of != partition) return;
      for (std::size_t i = 0; i < slice.kept.size(); ++i) {
        reading_.pair(slice.kept.column.at(i), static_cast<std::int64_t>(first + i),
                      out_.place(to));
        ++out_.size();
      }
    };
    for_each_whole_slice(slices, partitions_, number);
    out_.pass_on(to);
  }
  void reset() noexcept override { out_.clear(); }

 private:
  const IndexReading& reading_;
  const std::uint32_t partitions_;
  RecordOutput out_;
};

class IndexExchange final : public Exchange {
 public:
  explicit IndexExchange(const IndexReading& reading) : reading_(reading) {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return settings.partitions;
  }
  TerminalPtr make_writer(const ExchangeSettings&) const override {
    return TerminalPtr(new WholeWriter(*reading_.records, pool_));
  }
  ReaderPtr make_reader(const ExchangeSettings& settings) const override {
    return ReaderPtr(new IndexReader(reading_, settings.partitions));
  }
  bool wanted(const ExchangeSettings& settings, std::span<const SliceOutputPtr> slices,
              std::uint32_t partition) const override {
    bool found = false;
    for_each_whole_slice(slices, settings.partitions,
                         [&](const WholeSlice&, std::size_t, std::uint32_t of) {
                           found = found || of == partition;
                         });
    return found;
  }
  void recycle(SliceOutputPtr output) const override { pool_.put_back(std::move(output)); }

 private:
  const IndexReading& reading_;
  mutable OutputPool<WholeSlice> pool_;
};

}  // namespace

std::shared_ptr<const Exchange> make_index_exchange(const IndexReading& reading) {
  return std::make_shared<IndexExchange>(reading);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
