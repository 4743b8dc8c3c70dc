#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_merge.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/combine_table.h>
#include <dstream/detail/exchange.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/key_partitions.h>
#include <dstream/detail/keyed_slice.h>
#include <dstream/detail/keys.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// The writing side: combines the slice's records by key. `Keys` is given each chunk before the
/// table asks it for the key of every record.
template <class T, class K, class Keys, class Fold>
class KeyedWriter final : public Terminal {
  using V = typename Fold::Value;
  // Records whose keys are computed before they are folded: few, so that the fold finds them in the
  // first-level cache.
  static constexpr std::size_t kKeysAtOnce = 128;

 public:
  KeyedWriter(const Keys& keys, const Fold& fold, const KeyPartitions<K>& partitions,
              SlicePool<K, V>& pool, const ExchangeSettings& settings)
      : keys_(keys),
        fold_(fold),
        partitions_(partitions),
        pool_(pool),
        count_(partitions.counted(settings)),
        table_(settings.hash_seed) {}

  void process(Chunk chunk) override {
    std::span<const T> records = chunk.records<T>();
    if constexpr (std::is_empty_v<typename Keys::Scratch>) {
      return table_.add(records, keys_.of(records, scratch_), fold_);
    }
    while (!records.empty()) {
      const auto part = records.first(records.size() < kKeysAtOnce ? records.size() : kKeysAtOnce);
      table_.add(part, keys_.of(part, scratch_), fold_);
      records = records.subspan(part.size());
    }
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
  const Fold& fold_;
  const KeyPartitions<K>& partitions_;
  SlicePool<K, V>& pool_;
  const std::uint32_t count_;
  CombineTable<K, V> table_;
  typename Keys::Scratch scratch_;
};

/// What a keyed shuffle makes of a key's folded value: the value itself, or what the fold's
/// `Result result(Value&&)` makes of it.
template <class Fold>
struct FoldResult {
  using type = typename Fold::Value;
};
template <class Fold>
requires requires {
  typename Fold::Result;
}
struct FoldResult<Fold> {
  using type = typename Fold::Result;
};
template <class Fold>
using FoldResultT = typename FoldResult<Fold>::type;

/// The value of a shuffle that wants the keys alone.
struct NoValue {};
/// What a shuffle by key gives: pairs of the key and the fold's result, or keys.
template <class K, class V>
using KeyedResult = std::conditional_t<std::is_same_v<V, NoValue>, K, std::pair<K, V>>;

/// The reading side: merges a partition and hands on its results.
template <class K, class Fold>
class KeyedReader final : public ExchangeReader {
  using V = typename Fold::Value;

 public:
  explicit KeyedReader(const Fold& fold) : fold_(fold) {}

  void read(std::span<const SliceOutputPtr> outputs, std::uint32_t partition, Step& to) override {
    slices_of(outputs, partition, slices_);
    table_.merge(std::span<CombinedSlice<K, V>* const>(slices_), partition, fold_,
                 [&](K&& key, V&& value) {
                   if (results_.full()) pass_on(results_, to);
                   if constexpr (std::is_same_v<V, NoValue>) {
                     results_.emplace(std::move(key));
                   } else if constexpr (std::is_same_v<V, FoldResultT<Fold>>) {
                     results_.emplace(std::move(key), std::move(value));
                   } else {
                     results_.emplace(std::move(key), fold_.result(std::move(value)));
                   }
                 });
    pass_on(results_, to);
  }
  void reset() noexcept override { results_.clear(); }

 private:
  const Fold& fold_;
  std::vector<CombinedSlice<K, V>*> slices_;
  MergeTable<K, V> table_;
  ChunkBuffer<KeyedResult<K, FoldResultT<Fold>>> results_;
};

/// A shuffle by key with map-side combining: records of T become KeyedResult<K, FoldResultT<Fold>>.
template <class T, class K, class Keys, class Fold>
class KeyedExchange final : public Exchange {
  using V = typename Fold::Value;

 public:
  KeyedExchange(Keys keys, Fold fold, KeyPartitions<K> partitions)
      : keys_(std::move(keys)), fold_(std::move(fold)), partitions_(std::move(partitions)) {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return partitions_.counted(settings);
  }
  TerminalPtr make_writer(const ExchangeSettings& settings) const override {
    return TerminalPtr(new KeyedWriter<T, K, Keys, Fold>(keys_, fold_, partitions_, pool_,
                                                           settings));
  }
  ReaderPtr make_reader(const ExchangeSettings&) const override {
    return ReaderPtr(new KeyedReader<K, Fold>(fold_));
  }
  void recycle(SliceOutputPtr output) const override {
    pool_.put_back(std::static_pointer_cast<KeyedSlice<K, V>>(std::move(output)));
  }

 private:
  Keys keys_;
  Fold fold_;
  KeyPartitions<K> partitions_;
  mutable SlicePool<K, V> pool_;
};

/// Counts per key, as every counting operator gives them.
using KeyCountFold = CountFold<std::int64_t>;

/// The shuffle of count_by_value(). A function of its own, so that the library can hold the common
/// ones ready compiled.
template <class T>
std::shared_ptr<const Exchange> make_count_exchange(KeyPartitions<Owned<T>> partitions) {
  return make_kept<KeyedExchange<T, Owned<T>, RecordAsKey, KeyCountFold>, const Exchange>(
      RecordAsKey{}, KeyCountFold{}, std::move(partitions));
}

/// Keeps of each key that it was there; the fold of distinct().
struct PresenceFold {
  using Value = NoValue;
  template <class T>
  NoValue first(const T&) const noexcept {
    return {};
  }
  template <class T>
  void add(NoValue&, const T&) const noexcept {}
  void merge(NoValue&, NoValue) const noexcept {}
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
