#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/record_buffer.h>
#include <dstream/detail/sort_entries.h>
#include <dstream/detail/sort_key.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Whether an entry can hold a record of T beside its key.
template <class T, class Word>
inline constexpr bool kFitsEntry =
    std::is_trivially_copyable_v<T>&& std::is_same_v<T, Owned<T>> && sizeof(T) <= sizeof(Word);

template <class Word, class T>
Word record_to_word(const T& record) {
  Word word = 0;
  std::memcpy(&word, &record, sizeof(T));
  return word;
}
template <class T, class Word>
T word_to_record(Word word) {
  struct Bytes {
    unsigned char bytes[sizeof(T)];
  } bytes;
  std::memcpy(&bytes, &word, sizeof(T));
  return std::bit_cast<T>(bytes);
}

/// Sorts by keys that are words (see SortExchange). A record that is no larger than its entry's
/// second half travels in it; of others, the entries say where they are.
template <class T, class F>
class WordSort {
  using Key = std::decay_t<std::invoke_result_t<const F&, const T&>>;
  using Word =
      std::conditional_t<kFitsEntry<T, std::uint32_t>, SortWord<Key>, std::uint64_t>;
  using Entry = SortEntry<Word>;
  static constexpr bool kInside = kFitsEntry<T, Word>;

 public:
  WordSort(F key, SortOrder order) : key_(std::move(key)), order_(order) {}

  struct Run {
    std::size_t size() const noexcept { return entries.size(); }
    std::size_t bytes() const noexcept { return entries.bytes() + records.bytes(); }
    void clear() noexcept {
      entries.clear();
      records.clear();
    }
    CombineBuffer<Entry> entries;
    RecordBuffer<T> records;  // empty where the entries hold the records
  };
  using Scratch = CombineBuffer<Entry>;

  void add(Run& run, Chunk chunk) const {
    LoopCallable<F> key = key_;
    const SortOrder order = order_;
    run.entries.reserve(run.entries.size() + chunk.size);
    for_each_record<T, true>(chunk, [&](auto&& record) {
      const Word word = sort_word<Key>(key(std::as_const(record)), order);
      if constexpr (kInside) {
        run.entries.emplace_reserved(word, record_to_word<Word>(record));
      } else {
        run.entries.emplace_reserved(word, static_cast<Word>(run.records.size()));
        run.records.append(std::forward<decltype(record)>(record));
      }
    });
  }
  void finish(Run& run, Scratch& scratch) const {
    scratch.resize_uninitialized(run.entries.size());
    sort_entries(run.entries.data(), scratch.data(), run.entries.size());
  }

  class Merger {
   public:
    explicit Merger(const WordSort&) {}

    template <class Out>
    void merge(const std::vector<const Run*>& runs, std::uint32_t index, std::uint32_t count,
               Out& out, Step& to) {
      gather(runs, index, count);
      // Sorting once more is cheaper than merging: a pass moves what a merge would compare.
      scratch_.resize_uninitialized(entries_.size());
      sort_entries(entries_.data(), scratch_.data(), entries_.size());
      for (std::size_t i = 0; i < entries_.size(); ++i) {
        if constexpr (kInside) {
          out.emplace(to, word_to_record<T>(entries_[i].value));
        } else {
          if (i + kAhead < entries_.size()) prefetch(runs, entries_[i + kAhead].value);
          const Word at = entries_[i].value;
          out.emplace(to, runs[at >> kPlaceBits]->records[at & kPlaceMask]);
        }
      }
    }

   private:
    // A place is the number of a run and a position in it.
    static constexpr int kPlaceBits = 40;
    static constexpr std::uint64_t kPlaceMask = (std::uint64_t{1} << kPlaceBits) - 1;
    static constexpr std::size_t kAhead = 16;

    static void prefetch(const std::vector<const Run*>& runs, std::uint64_t at) {
      runs[at >> kPlaceBits]->records.prefetch(at & kPlaceMask);
    }

    /// The entries of this range, run by run.
    void gather(const std::vector<const Run*>& runs, std::uint32_t index, std::uint32_t count) {
      views_.clear();
      for (const Run* run : runs) views_.emplace_back(run->entries.data(), run->entries.size());
      ranges_.resize(runs.size());
      cut_runs(std::span<const std::span<const Entry>>(views_), index, count,
               std::span<RunRange>(ranges_));
      std::size_t total = 0;
      for (const RunRange& range : ranges_) total += range.end - range.begin;
      entries_.clear();
      entries_.reserve(total);
      for (std::size_t run = 0; run < runs.size(); ++run) {
        for (std::size_t i = ranges_[run].begin; i < ranges_[run].end; ++i) {
          Entry entry = views_[run][i];
          if constexpr (!kInside) entry.value |= static_cast<std::uint64_t>(run) << kPlaceBits;
          entries_.emplace_reserved(entry);
        }
      }
    }

    std::vector<std::span<const Entry>> views_;
    std::vector<RunRange> ranges_;
    CombineBuffer<Entry> entries_;
    CombineBuffer<Entry> scratch_;
  };

 private:
  F key_;
  SortOrder order_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
