#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_slice.h>
#include <dstream/detail/fold_loops.h>
#include <dstream/detail/keys.h>

#include "storage/combine_table.h"
#include "storage/merge_table.h"

namespace dstream::testing {

/// A shuffle's table with the types of its keys and values.
template <class K, class V>
class CombineTable {
 public:
  using Entry = detail::CombineEntry<K, V>;

  explicit CombineTable(std::uint64_t seed) : table_(detail::kEntryType<K, V>, seed) {}

  template <class T, class KeyOf, class Fold>
  void add(std::span<const T> records, const KeyOf& key_of, const Fold& fold) {
    call(records, key_of, fold, [&](const auto& keys, const auto& bound) {
      table_.add(keys, bound, records.data(), records.size());
    });
  }
  std::size_t size() const { return table_.size(); }
  std::size_t bytes() const { return table_.bytes(); }
  void scatter(std::uint32_t partitions, detail::EntrySlice& out) {
    table_.scatter(partitions, out);
  }
  void clear() { table_.clear(); }

 private:
  template <class T, class KeyOf>
  struct Keys {
    using Key = std::decay_t<decltype(std::declval<const KeyOf&>()(std::declval<const T&>()))>;
    template <class>
    using Block = detail::MadeKeys<Key>;

    static void compute(const void* key_of, const void* records, std::size_t count, void* keys,
                        detail::KeyTexts& texts) {
      texts.clear();
      Block<T>::make(*static_cast<const KeyOf*>(key_of), static_cast<const T*>(records), count,
                     keys, texts);
    }
  };

  template <class T, class KeyOf, class Fold, class Use>
  static void call(std::span<const T>, const KeyOf& key_of, const Fold& fold, const Use& use) {
    static constexpr auto kLoops = detail::fold_loops<T, K, Keys<T, KeyOf>, Fold>();
    use(detail::KeySource{sizeof(T), &Keys<T, KeyOf>::compute, {std::shared_ptr<void>(), &key_of}},
        detail::BoundFold{kLoops, &fold});
  }

  detail::CombineTable table_;
};

/// What the table writes.
template <class K, class V>
class CombinedSlice final : public detail::EntrySlice {
 public:
  CombinedSlice() noexcept : EntrySlice(detail::kEntryType<K, V>) {}
};

/// The reading side likewise.
template <class K, class V>
class MergeTable {
 public:
  MergeTable() : table_(detail::kEntryType<K, V>, detail::kElementType<std::pair<K, V>>) {}

  /// Calls `emit(K&&, V&&)` for each key.
  template <class Fold, class Emit>
  void merge(std::span<detail::EntrySlice* const> slices, std::uint32_t partition, const Fold& fold,
             const Emit& emit) {
    static constexpr auto kLoops = detail::fold_loops<char, K, NoKeys, Fold>();
    EmitStep<Emit> to(emit);
    table_.merge({kLoops, &fold}, slices, partition, to);
  }

 private:
  struct NoKeys {
    template <class>
    using Block = detail::MadeKeys<K>;
  };

  template <class Emit>
  class EmitStep final : public detail::Step {
   public:
    explicit EmitStep(const Emit& emit) : emit_(emit) {}
    void process(detail::Chunk chunk) override {
      for (auto& [key, value] : chunk.movable_records<std::pair<K, V>>()) {
        emit_(std::move(key), std::move(value));
      }
    }

   private:
    const Emit& emit_;
  };

  detail::MergeTable table_;
};

}  // namespace dstream::testing
