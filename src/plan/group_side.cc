#include "dstream/detail/group_side.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "plan/output_pool.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// What the writers and the side of one parent share.
struct GroupWork {
  const GroupWriting& writing;
  const KeySource keys;
  const KeyPartitions partitions;
  mutable OutputPool<GroupSlice> pool;
};

class GroupWriter final : public Terminal {
 public:
  GroupWriter(const GroupWork& work, const ExchangeSettings& settings)
      : work_(work),
        count_(work.partitions.counted(settings)),
        buffer_(work.writing.types, settings.hash_seed) {}

  void process(Chunk chunk) override {
    append_keys(static_cast<const std::byte*>(chunk.data), chunk.size);
    work_.writing.values(chunk.data, chunk.size, buffer_.values());
  }
  void reset() noexcept override { buffer_.clear(); }
  SliceOutputPtr take() override {
    auto slice = work_.pool.take(work_.writing.types);
    slice->fill(buffer_, count_, work_.partitions);
    return slice;
  }
  std::size_t bytes() const override { return buffer_.bytes(); }

 private:
  void append_keys(const std::byte* records, std::size_t count) {
    while (count != 0) {
      const std::size_t block = std::min(count, kCombineBlock);
      append_block(records, block);
      records += block * work_.keys.record_size;
      count -= block;
    }
  }
  void append_block(const std::byte* records, std::size_t count) {
    const KeySource& source = work_.keys;
    switch (work_.writing.types.kind) {
      case KeyKind::kInteger:
        source.keys(source.function.get(), records, count, buffer_.add_words(count), texts_);
        break;
      case KeyKind::kText: {
        std::string_view keys[kCombineBlock];
        source.keys(source.function.get(), records, count, keys, texts_);
        for (std::size_t i = 0; i < count; ++i) buffer_.add_text(keys[i]);
        break;
      }
      case KeyKind::kAny:
        work_.writing.keys(source, records, count, texts_, buffer_);
        break;
    }
  }

  const GroupWork& work_;
  const std::uint32_t count_;
  GroupBuffer buffer_;
  KeyTexts texts_;
};

/// One parent's side of a shuffle that keeps every value.
class GroupSide final : public ExchangeSide {
 public:
  GroupSide(GroupParent&& parent, const KeyPartitions& partitions)
      : work_{parent.writing, std::move(parent.keys), partitions, {}} {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return work_.partitions.counted(settings);
  }
  TerminalPtr make_writer(const ExchangeSettings& settings) const override {
    return TerminalPtr(new GroupWriter(work_, settings));
  }
  void recycle(SliceOutputPtr output) const override { work_.pool.put_back(std::move(output)); }

 private:
  GroupWork work_;
};

}  // namespace

PlanNodePtr make_group_node(const Origin& origin, std::string_view element_type,
                            KeyPartitions partitions, CoExchange::ReaderFactory make_reader,
                            GroupParent first, GroupParent* second) {
  std::vector<PlanNodePtr> parents{first.node};
  CoExchange::Sides sides{std::make_shared<GroupSide>(std::move(first), partitions)};
  if (second != nullptr) {
    parents.push_back(second->node);
    sides.push_back(std::make_shared<GroupSide>(std::move(*second), partitions));
  }
  return make_co_exchange_node(origin, element_type, std::move(parents), std::move(sides),
                               make_reader);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
