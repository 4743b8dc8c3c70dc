#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/combine_arena.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_dense.h>
#include <dstream/detail/combine_entry.h>
#include <dstream/detail/combine_fold.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/combine_store.h>
#include <dstream/detail/text_key.h>
#include <dstream/hash.h>
#include <dstream/hash_of.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Folds the records of one slice by key, in the order in which it first sees the keys. One per
/// running task, recycled. Not thread-safe.
///
/// A fold has `V first(const T&)`, `void add(V&, const T&)` and `void merge(V&, V&&)`.
///
/// Combining stops for the rest of the slice where it does not pay: if more than 70 % of the first
/// 16 Ki records brought a new key, each later record becomes an entry of its own.
template <class K, class V>
class CombineTable {
 public:
  using Entry = CombineEntry<K, V>;

  explicit CombineTable(std::uint64_t hash_seed)
      : seed_(hash_seed), mix_low_(hash_word(1, hash_seed)), mix_high_(hash_word(2, hash_seed)) {}

  /// Folds records in. `key_of(record)` gives the key, something that K can be made of (for text
  /// anything that converts to std::string_view). If it or the fold throws, call clear().
  template <class T, class KeyOf, class Fold>
  void add(std::span<const T> records, const KeyOf& key_of, const Fold& fold);

  /// Makes an entry of its own of each record, and of those to come: for shuffles that do not
  /// combine. Of the fold only `first` is used. If it throws, call clear().
  template <class T, class KeyOf, class Fold>
  void append(std::span<const T> records, const KeyOf& key_of, const Fold& fold) {
    appending_ = true;
    append(records.data(), records.size(), key_of, fold);
  }

  /// Entries held: keys, or keys and appended records.
  std::size_t size() const noexcept { return store_.size(); }

  /// Memory held in bytes, without what values and keys own on the heap themselves.
  std::size_t bytes() const noexcept {
    return store_.bytes() + dense_.bytes() + arena_.bytes() + groups_.bytes() + order_.bytes();
  }

  /// Moves the entries to `out`, by key group in first-seen order. The table is empty afterwards.
  /// `partitions` is 1 to kKeyGroups. If it throws, call clear() on both.
  void scatter(std::uint32_t partitions, CombinedSlice<K, V>& out);

  /// The same with the entries in the partitions that `partition_of(const Entry&)` gives, each
  /// spread over its key groups by hash.
  template <class PartitionOf>
  void scatter(std::uint32_t partitions, CombinedSlice<K, V>& out, const PartitionOf& partition_of) {
    scatter_groups(partitions, out, [&](const Entry& entry) {
      const std::uint32_t partition = partition_of(entry);
      const std::uint32_t first = first_group_of(partition, partitions);
      const std::uint32_t groups = first_group_of(partition + 1, partitions) - first;
      return first + key_group(entry.hash(seed_)) * groups / kKeyGroups;
    });
  }

  /// Drops all entries, keeps memory for the next slice.
  void clear() noexcept {
    if constexpr (kKind == KeyKind::kInteger) forget_dense();
    store_.clear();
    arena_.clear();
    groups_.clear();
    order_.clear();
    records_ = 0;
    appending_ = false;
  }

 private:
  static constexpr KeyKind kKind = kKeyKind<K>;
  static constexpr std::size_t kBlock = 64;
  static constexpr std::size_t kTrialRecords = std::size_t{16} << 10;

  std::size_t block_size(std::size_t most) const noexcept {
    if (most > kBlock) most = kBlock;
    // The decision to stop combining falls at an exact record, wherever chunks begin and end.
    if (records_ < kTrialRecords && most > kTrialRecords - records_) {
      most = kTrialRecords - records_;
    }
    return most;
  }

  template <class T, class KeyOf, class Fold>
  void combine(const T* records, std::size_t count, const KeyOf& key_of, const Fold& fold) {
    if constexpr (kKind == KeyKind::kText) {
      combine_text(records, count, key_of, fold);
    } else if constexpr (kKind == KeyKind::kInteger) {
      combine_integers(records, count, key_of, fold);
    } else {
      combine_any(records, count, key_of, fold);
    }
  }

  // The hash that the index uses: cheaper than the canonical one, which only new keys need.
  std::uint64_t index_hash(const Entry& entry) const noexcept {
    if constexpr (kKind == KeyKind::kText) {
      return is_long_key(entry.key) ? entry.stored_hash : mix(entry.key.low, entry.key.high);
    } else if constexpr (kKind == KeyKind::kInteger) {
      return mix(canonical_word(entry.key), 0);
    } else {
      return entry.stored_hash;
    }
  }

  std::uint64_t mix(std::uint64_t low, std::uint64_t high) const noexcept {
    return wy_mix(low ^ mix_low_, high ^ mix_high_);
  }

  void stop_if_useless() {
    if (store_.size() <= kTrialRecords / 10 * 7) return;
    appending_ = true;
    store_.settle();
  }

  void make_room(std::size_t count) {
    store_.make_room(count, [this](const Entry& entry) { return index_hash(entry); });
  }

  template <class T, class KeyOf, class Fold>
  void append(const T* records, std::size_t count, const KeyOf& key_of, const Fold& fold) {
    CombineBuffer<Entry>& entries = store_.entries();
    entries.reserve(entries.size() + count);
    for (std::size_t i = 0; i < count; ++i) {
      auto&& key = key_of(records[i]);
      if constexpr (kKind == KeyKind::kText) {
        TextKey stored;
        const std::string_view text(key);
        if (text.size() <= TextKey::kMostInline) {
          stored = make_text_key(text);
        } else {
          long_text_key(text, seed_, stored);
        }
        const std::uint64_t hash = own_text_key(stored, arena_, seed_);
        entries.emplace_reserved(stored, hash, fold.first(records[i]));
      } else if constexpr (kKind == KeyKind::kInteger) {
        entries.emplace_reserved(static_cast<K>(key), fold.first(records[i]));
      } else {
        const std::uint64_t hash = hash_of(key, seed_);
        entries.emplace_reserved(own(std::forward<decltype(key)>(key)), hash,
                                 fold.first(records[i]));
      }
    }
  }

  // ---- text ----

  template <class T, class KeyOf, class Fold>
  void combine_text(const T* records, std::size_t count, const KeyOf& key_of, const Fold& fold) {
    using Key = decltype(key_of(*records));
    if constexpr (std::is_reference_v<Key> || std::is_pointer_v<Key> ||
                  std::is_same_v<std::remove_cv_t<Key>, std::string_view>) {
      combine_views(records, count, key_of, fold);
    } else {
      // Keys made for the call have to live until the block is done.
      std::string held[kBlock];
      const auto hold = [&](const T& record) -> std::string_view {
        return held[&record - records] = key_of(record);
      };
      combine_views(records, count, hold, fold);
    }
  }

  template <class T, class ViewOf, class Fold>
  void combine_views(const T* records, std::size_t count, const ViewOf& view_of, const Fold& fold) {
    TextKey keys[kBlock];
    std::uint64_t hashes[kBlock];
    make_room(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view text = view_of(records[i]);
      if (text.size() <= TextKey::kMostInline) {
        keys[i] = make_text_key(text);
        hashes[i] = mix(keys[i].low, keys[i].high);
      } else {
        hashes[i] = long_text_key(text, seed_, keys[i]);
      }
      store_.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const auto place = store_.find(keys[i], hashes[i]);
      if (store_.found(place)) {
        fold.add(store_.at(place).value, records[i]);
      } else {
        TextKey key = keys[i];
        const std::uint64_t hash = own_text_key(key, arena_, seed_);
        store_.insert(place, hashes[i], Entry{key, hash, fold.first(records[i])});
      }
    }
  }

  // ---- integers ----

  template <class T, class KeyOf, class Fold>
  void combine_integers(const T* records, std::size_t count, const KeyOf& key_of,
                        const Fold& fold) {
    std::uint64_t words[kBlock];
    for (std::size_t i = 0; i < count; ++i) {
      words[i] = canonical_word(static_cast<K>(key_of(records[i])));
    }
    if (!store_.hashed() && (dense_.covers(words, count) || widen(words, count))) {
      CombineBuffer<Entry>& entries = store_.entries();
      entries.reserve(entries.size() + count);
      for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t& place = dense_[words[i]];
        if (place != 0) {
          fold.add(entries[place - 1].value, records[i]);
        } else {
          entries.emplace_reserved(static_cast<K>(words[i]), fold.first(records[i]));
          place = static_cast<std::uint32_t>(entries.size());
        }
      }
      return;
    }
    combine_words(records, words, count, fold);
  }

  template <class T, class Fold>
  void combine_words(const T* records, const std::uint64_t* words, std::size_t count,
                     const Fold& fold) {
    std::uint64_t hashes[kBlock];
    if (!store_.hashed()) forget_dense();
    make_room(count);
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = mix(words[i], 0);
      store_.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const K key = static_cast<K>(words[i]);
      const auto place = store_.find(key, hashes[i]);
      if (store_.found(place)) {
        fold.add(store_.at(place).value, records[i]);
      } else {
        store_.insert(place, hashes[i], Entry{key, fold.first(records[i])});
      }
    }
  }

  // Moves the dense range over the block and all keys so far; false if they lie too far apart.
  bool widen(const std::uint64_t* words, std::size_t count) {
    // Signed words are ordered as unsigned ones once their sign bit is flipped.
    constexpr std::uint64_t kBias = std::uint64_t{kSignedKey<K>} << 63;
    std::uint64_t low = ~std::uint64_t{0};
    std::uint64_t high = 0;
    const auto include = [&](std::uint64_t word) {
      low = word < low ? word : low;
      high = word > high ? word : high;
    };
    for (std::size_t i = 0; i < count; ++i) include(words[i] + kBias);
    const CombineBuffer<Entry>& entries = store_.entries();
    for (std::size_t i = 0; i < entries.size(); ++i)
      include(canonical_word(entries[i].key) + kBias);
    return dense_.cover(low - kBias, high - kBias);
  }

  void forget_dense() noexcept {
    if (dense_.bytes() == 0) return;
    CombineBuffer<Entry>& entries = store_.entries();
    if (entries.size() > CombineDense::kRange / 8) return dense_.clear();
    for (std::size_t i = 0; i < entries.size(); ++i) dense_[canonical_word(entries[i].key)] = 0;
    dense_.forget_range();
  }

  // ---- any key ----

  template <class T, class KeyOf, class Fold>
  void combine_any(const T* records, std::size_t count, const KeyOf& key_of, const Fold& fold) {
    make_room(count);
    for (std::size_t i = 0; i < count; ++i) {
      auto&& key = key_of(records[i]);
      const std::uint64_t hash = hash_of(key, seed_);
      const auto place = store_.find(key, hash);
      if (store_.found(place)) {
        fold.add(store_.at(place).value, records[i]);
      } else {
        store_.insert(place, hash,
                      Entry{own(std::forward<decltype(key)>(key)), hash, fold.first(records[i])});
      }
    }
  }

  // ---- scatter ----

  // Notes every entry's key group and turns the groups' sizes into their first places.
  template <class GroupOf>
  void count_groups(CombinedSlice<K, V>& out, const GroupOf& group_of) {
    const std::size_t count = store_.entries().size();
    groups_.resize_uninitialized(count);
    const Entry* const entries = store_.entries().data();
    std::uint8_t* const groups = groups_.data();
    std::uint32_t sizes[kKeyGroups] = {};
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t group = group_of(entries[i]);
      groups[i] = static_cast<std::uint8_t>(group);
      ++sizes[group];
    }
    for (std::uint32_t group = 0; group < kKeyGroups; ++group) {
      out.starts_[group + 1] = out.starts_[group] + sizes[group];
    }
  }

  template <class GroupOf>
  void scatter_groups(std::uint32_t partitions, CombinedSlice<K, V>& out,
                      const GroupOf& group_of) {
    out.clear();
    out.partitions_ = partitions;
    out.hash_seed_ = seed_;
    out.combined_ = !appending_;
    if (store_.size() != 0) {
      store_.settle();
      count_groups(out, group_of);
      place(out);
      out.arena_.swap(arena_);
    }
    clear();
  }

  void place(CombinedSlice<K, V>& out) {
    const std::size_t count = store_.entries().size();
    Entry* const entries = store_.entries().data();
    const std::uint8_t* const groups = groups_.data();
    std::uint32_t next[kKeyGroups];
    std::memcpy(next, out.starts_.data(), sizeof(next));
    if constexpr (std::is_trivially_copyable_v<Entry>) {
      out.entries_.resize_uninitialized(count);
      Entry* const places = out.entries_.data();
      for (std::size_t i = 0; i < count; ++i) places[next[groups[i]]++] = entries[i];
    } else {
      // In the order of the places, so that an exception leaves no hole.
      order_.resize_uninitialized(count);
      std::uint32_t* const order = order_.data();
      for (std::size_t i = 0; i < count; ++i) {
        order[next[groups[i]]++] = static_cast<std::uint32_t>(i);
      }
      out.entries_.reserve(count);
      for (std::size_t i = 0; i < count; ++i) {
        out.entries_.emplace_reserved(std::move(entries[order[i]]));
      }
    }
  }

  std::uint64_t seed_;
  std::uint64_t mix_low_;
  std::uint64_t mix_high_;
  std::size_t records_ = 0;
  bool appending_ = false;
  CombineStore<Entry> store_;
  CombineDense dense_;
  TextArena arena_;
  CombineBuffer<std::uint8_t> groups_;
  CombineBuffer<std::uint32_t> order_;
};

// Outside the class, hence not inline: an extern template then spares the users' compilers.
template <class K, class V>
template <class T, class KeyOf, class Fold>
void CombineTable<K, V>::add(std::span<const T> records, const KeyOf& key_of, const Fold& fold) {
  while (!records.empty()) {
    std::size_t count = records.size();
    if (appending_) {
      append(records.data(), count, key_of, fold);
    } else {
      count = block_size(count);
      combine(records.data(), count, key_of, fold);
      records_ += count;
      if (records_ == kTrialRecords) stop_if_useless();
    }
    records = records.subspan(count);
  }
}

template <class K, class V>
void CombineTable<K, V>::scatter(std::uint32_t partitions, CombinedSlice<K, V>& out) {
  scatter_groups(partitions, out, [seed = seed_](const Entry& entry) {
    return key_group(entry.hash(seed));
  });
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
