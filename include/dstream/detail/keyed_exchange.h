#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_merge.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/combine_table.h>
#include <dstream/detail/exchange.h>
#include <dstream/detail/keys.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a task of a keyed shuffle leaves behind.
template <class K, class V>
class KeyedSlice final : public SliceOutput {
 public:
  std::size_t records(std::uint32_t partition) const override { return slice.size(partition); }
  std::size_t bytes() const override { return slice.bytes(); }

  CombinedSlice<K, V> slice;
};

/// Slices whose batch is done, kept for their memory: fresh memory costs more than filling it.
template <class K, class V>
class SlicePool {
 public:
  std::shared_ptr<KeyedSlice<K, V>> take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto slice = std::move(idle_.back());
        idle_.pop_back();
        return slice;
      }
    }
    return std::make_shared<KeyedSlice<K, V>>();
  }
  void put_back(std::shared_ptr<KeyedSlice<K, V>> slice) {
    slice->slice.clear();
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(slice));
  }

 private:
  std::mutex mutex_;  // leaf; held for a push or pop
  std::vector<std::shared_ptr<KeyedSlice<K, V>>> idle_;  // at most what one batch wrote
};

/// The writing side: combines the slice's records by key. `Keys` is given each chunk before the
/// table asks it for the key of every record.
template <class T, class K, class Keys, class Fold>
class KeyedWriter final : public Terminal {
  using V = typename Fold::Value;
  // Records whose keys are computed before they are folded: few, so that the fold finds them in the
  // first-level cache.
  static constexpr std::size_t kKeysAtOnce = 128;

 public:
  KeyedWriter(const Keys& keys, const Fold& fold, SlicePool<K, V>& pool,
              const ExchangeSettings& settings, std::uint32_t partitions)
      : keys_(keys), fold_(fold), pool_(pool), partitions_(partitions), table_(settings.hash_seed) {}

  void process(Chunk chunk) override {
    std::span<const T> records = chunk.records<T>();
    while (!records.empty()) {
      const auto part = records.first(records.size() < kKeysAtOnce ? records.size() : kKeysAtOnce);
      table_.add(part, keys_.of(part, scratch_), fold_);
      records = records.subspan(part.size());
    }
  }
  void reset() noexcept override { table_.clear(); }
  SliceOutputPtr take() override {
    auto output = pool_.take();
    table_.scatter(partitions_, output->slice);
    return output;
  }
  std::size_t bytes() const override { return table_.bytes(); }

 private:
  const Keys& keys_;
  const Fold& fold_;
  SlicePool<K, V>& pool_;
  const std::uint32_t partitions_;
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

/// The reading side: merges a partition and hands on (key, result) pairs.
template <class K, class Fold>
class KeyedReader final : public ExchangeReader {
  using V = typename Fold::Value;

 public:
  explicit KeyedReader(const Fold& fold) : fold_(fold) {}

  void read(std::span<const SliceOutputPtr> outputs, std::uint32_t partition, Step& to) override {
    slices_.clear();
    for (const SliceOutputPtr& output : outputs) {
      auto& slice = static_cast<KeyedSlice<K, V>&>(*output).slice;
      if (slice.partitions() != 0 && slice.size(partition) != 0) slices_.push_back(&slice);
    }
    table_.merge(std::span<CombinedSlice<K, V>* const>(slices_), partition, fold_,
                 [&](K&& key, V&& value) {
                   if (pairs_.full()) pass_on(to);
                   if constexpr (std::is_same_v<V, FoldResultT<Fold>>) {
                     pairs_.emplace(std::move(key), std::move(value));
                   } else {
                     pairs_.emplace(std::move(key), fold_.result(std::move(value)));
                   }
                 });
    pass_on(to);
  }
  void reset() noexcept override { pairs_.clear(); }

 private:
  void pass_on(Step& to) {
    if (pairs_.size() == 0) return;
    to.process({pairs_.end() - pairs_.size(), pairs_.size(), true});
    pairs_.clear();
  }

  const Fold& fold_;
  std::vector<CombinedSlice<K, V>*> slices_;
  MergeTable<K, V> table_;
  ChunkBuffer<std::pair<K, FoldResultT<Fold>>> pairs_;
};

/// A shuffle by key with map-side combining: records of T become pairs (K, FoldResultT<Fold>).
template <class T, class K, class Keys, class Fold>
class KeyedExchange final : public Exchange {
  using V = typename Fold::Value;

 public:
  /// `partitions` 0: the context's default.
  KeyedExchange(Keys keys, Fold fold, std::uint32_t partitions)
      : keys_(std::move(keys)), fold_(std::move(fold)), partitions_(partitions) {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return partitions_ == 0 ? settings.partitions : partitions_;
  }
  TerminalPtr make_writer(const ExchangeSettings& settings) const override {
    return std::make_unique<KeyedWriter<T, K, Keys, Fold>>(keys_, fold_, pool_, settings,
                                                           partitions(settings));
  }
  std::unique_ptr<ExchangeReader> make_reader(const ExchangeSettings&) const override {
    return std::make_unique<KeyedReader<K, Fold>>(fold_);
  }
  void recycle(SliceOutputPtr output) const override {
    pool_.put_back(std::static_pointer_cast<KeyedSlice<K, V>>(std::move(output)));
  }

 private:
  Keys keys_;
  Fold fold_;
  std::uint32_t partitions_;
  mutable SlicePool<K, V> pool_;
};

/// Counts per key, as every counting operator gives them.
using KeyCountFold = CountFold<std::int64_t>;

/// The shuffle of count_by_value(). A function of its own, so that the library can hold the common
/// ones ready compiled.
template <class T>
std::shared_ptr<const Exchange> make_count_exchange(std::uint32_t partitions) {
  return std::make_shared<KeyedExchange<T, Owned<T>, RecordAsKey, KeyCountFold>>(
      RecordAsKey{}, KeyCountFold{}, partitions);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
