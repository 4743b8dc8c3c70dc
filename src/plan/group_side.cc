#include "dstream/detail/group_side.h"

#include <mutex>
#include <utility>
#include <vector>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// Slices whose batch is done, kept for their memory: fresh memory costs more than filling it.
class GroupPool {
 public:
  explicit GroupPool(const GroupTypes& types) : types_(types) {}

  std::shared_ptr<GroupSlice> take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto slice = std::move(idle_.back());
        idle_.pop_back();
        return slice;
      }
    }
    return std::make_shared<GroupSlice>(types_);
  }
  void put_back(std::shared_ptr<GroupSlice> slice) {
    slice->clear();
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(slice));
  }

 private:
  const GroupTypes& types_;
  std::mutex mutex_;  // leaf; held for a push or pop
  std::vector<std::shared_ptr<GroupSlice>> idle_;  // at most what one batch wrote
};

class GroupWriter final : public Terminal {
 public:
  GroupWriter(const GroupWriting& writing, const void* keys, const GroupPartitions& partitions,
              GroupPool& pool, const ExchangeSettings& settings)
      : writing_(writing),
        keys_(keys),
        partitioner_{partitions.function.get(), partitions.call},
        count_(partitions.count == 0 ? settings.partitions : partitions.count),
        pool_(pool),
        buffer_(writing.types, settings.hash_seed) {}

  void process(Chunk chunk) override { writing_.append(keys_, chunk, buffer_); }
  void reset() noexcept override { buffer_.clear(); }
  SliceOutputPtr take() override {
    auto slice = pool_.take();
    slice->fill(buffer_, count_, partitioner_);
    return slice;
  }
  std::size_t bytes() const override { return buffer_.bytes(); }

 private:
  const GroupWriting& writing_;
  const void* keys_;
  const GroupPartitioner partitioner_;
  const std::uint32_t count_;
  GroupPool& pool_;
  GroupBuffer buffer_;
};

/// One parent's side of a shuffle that keeps every value.
class GroupSide final : public ExchangeSide {
 public:
  GroupSide(const GroupParent& parent, const GroupPartitions& partitions)
      : writing_(parent.writing),
        keys_(parent.keys),
        partitions_(partitions),
        pool_(parent.writing.types) {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return partitions_.count == 0 ? settings.partitions : partitions_.count;
  }
  TerminalPtr make_writer(const ExchangeSettings& settings) const override {
    return TerminalPtr(new GroupWriter(writing_, keys_.get(), partitions_, pool_, settings));
  }
  void recycle(SliceOutputPtr output) const override {
    pool_.put_back(std::static_pointer_cast<GroupSlice>(std::move(output)));
  }

 private:
  const GroupWriting& writing_;
  const std::shared_ptr<const void> keys_;
  const GroupPartitions partitions_;
  mutable GroupPool pool_;
};

}  // namespace

PlanNodePtr make_group_node(const Origin& origin, std::string_view element_type,
                            GroupPartitions partitions, CoExchange::ReaderFactory make_reader,
                            const GroupParent& first, const GroupParent* second) {
  std::vector<PlanNodePtr> parents{first.node};
  CoExchange::Sides sides{std::make_shared<GroupSide>(first, partitions)};
  if (second != nullptr) {
    parents.push_back(second->node);
    sides.push_back(std::make_shared<GroupSide>(*second, partitions));
  }
  return make_co_exchange_node(origin, element_type, std::move(parents), std::move(sides),
                               make_reader);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
