#include "dstream/detail/group_side.h"

#include <utility>
#include <vector>

#include "plan/output_pool.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

class GroupWriter final : public Terminal {
 public:
  GroupWriter(const GroupWriting& writing, const void* keys, const GroupPartitions& partitions,
              OutputPool<GroupSlice>& pool, const ExchangeSettings& settings)
      : writing_(writing),
        keys_(keys),
        partitioner_{partitions.function.get(), partitions.call},
        count_(partitions.count == 0 ? settings.partitions : partitions.count),
        pool_(pool),
        buffer_(writing.types, settings.hash_seed) {}

  void process(Chunk chunk) override { writing_.append(keys_, chunk, buffer_); }
  void reset() noexcept override { buffer_.clear(); }
  SliceOutputPtr take() override {
    auto slice = pool_.take(writing_.types);
    slice->fill(buffer_, count_, partitioner_);
    return slice;
  }
  std::size_t bytes() const override { return buffer_.bytes(); }

 private:
  const GroupWriting& writing_;
  const void* keys_;
  const GroupPartitioner partitioner_;
  const std::uint32_t count_;
  OutputPool<GroupSlice>& pool_;
  GroupBuffer buffer_;
};

/// One parent's side of a shuffle that keeps every value.
class GroupSide final : public ExchangeSide {
 public:
  GroupSide(const GroupParent& parent, const GroupPartitions& partitions)
      : writing_(parent.writing),
        keys_(parent.keys == nullptr ? nullptr : parent.keep(parent.keys)),
        partitions_(partitions) {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return partitions_.count == 0 ? settings.partitions : partitions_.count;
  }
  TerminalPtr make_writer(const ExchangeSettings& settings) const override {
    return TerminalPtr(new GroupWriter(writing_, keys_.get(), partitions_, pool_, settings));
  }
  void recycle(SliceOutputPtr output) const override { pool_.put_back(std::move(output)); }

 private:
  const GroupWriting& writing_;
  const std::shared_ptr<const void> keys_;
  const GroupPartitions partitions_;
  mutable OutputPool<GroupSlice> pool_;
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
