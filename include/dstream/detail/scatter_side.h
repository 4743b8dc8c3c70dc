#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <dstream/detail/combine_table.h>
#include <dstream/detail/exchange.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/detail/keyed_slice.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The value of a pair, for shuffles that keep every value.
template <class Pair>
struct PairValue {
  using Value = Owned<typename Pair::second_type>;
  Value first(const Pair& pair) const { return own(pair.second); }
};

/// The whole record as a value.
template <class T>
struct RecordValue {
  using Value = Owned<T>;
  Value first(const T& record) const { return own(record); }
};

/// Writes every record as an entry of its own, by key group and then in slice order.
template <class T, class K, class Keys, class ValueOf>
class ScatterWriter final : public Terminal {
  using V = typename ValueOf::Value;

 public:
  ScatterWriter(const Keys& keys, const KeyPartitions<K>& partitions, SlicePool<K, V>& pool,
                const ExchangeSettings& settings)
      : keys_(keys),
        partitions_(partitions),
        pool_(pool),
        count_(partitions.counted(settings)),
        table_(settings.hash_seed) {}

  void process(Chunk chunk) override {
    const std::span<const T> records = chunk.records<T>();
    table_.append(records, keys_.of(records, scratch_), ValueOf{});
  }
  void reset() noexcept override { table_.clear(); }
  SliceOutputPtr take() override {
    auto output = pool_.take();
    scatter_by(partitions_, count_, table_, output->slice);
    return output;
  }
  std::size_t bytes() const override { return table_.bytes(); }

 private:
  const Keys& keys_;
  const KeyPartitions<K>& partitions_;
  SlicePool<K, V>& pool_;
  const std::uint32_t count_;
  CombineTable<K, V> table_;
  typename Keys::Scratch scratch_;
};

/// One parent's side of a shuffle by key that combines nothing: joins and groups need every value.
template <class T, class K, class Keys, class ValueOf>
class ScatterSide final : public ExchangeSide {
  using V = typename ValueOf::Value;

 public:
  ScatterSide(Keys keys, KeyPartitions<K> partitions)
      : keys_(std::move(keys)), partitions_(std::move(partitions)) {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return partitions_.counted(settings);
  }
  TerminalPtr make_writer(const ExchangeSettings& settings) const override {
    return TerminalPtr(new ScatterWriter<T, K, Keys, ValueOf>(keys_, partitions_, pool_,
                                                                settings));
  }
  void recycle(SliceOutputPtr output) const override {
    pool_.put_back(std::static_pointer_cast<KeyedSlice<K, V>>(std::move(output)));
  }

 private:
  Keys keys_;
  KeyPartitions<K> partitions_;
  mutable SlicePool<K, V> pool_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
