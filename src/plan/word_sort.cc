#include <utility>

#include "dstream/detail/combine_buffer.h"
#include "dstream/detail/sorting.h"

#include "plan/copy_bytes.h"
#include "plan/sort_entries.h"
#include "plan/sort_exchange.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// Sorts by keys that are words (see SortExchange).
template <class Word>
class WordSort {
  using Entry = SortEntry<Word>;

 public:
  WordSort(const WordSorting& sorting, std::shared_ptr<const void> key, SortOrder order)
      : sorting_(sorting), key_(std::move(key)), order_(order) {}

  const RecordKeeping& keeping() const { return *sorting_.records; }

  struct Run {
    explicit Run(const WordSort& sort) : records(*sort.keeping().kept) {}
    std::size_t size() const noexcept { return entries.size(); }
    std::size_t bytes() const noexcept { return entries.bytes() + records.bytes(); }
    void clear() noexcept {
      entries.clear();
      records.clear();
    }
    CombineBuffer<Entry> entries;
    KeptRecords records;  // empty where the entries hold the records
  };
  using Scratch = CombineBuffer<Entry>;

  void add(Run& run, const Chunk& chunk) const {
    const std::size_t before = run.entries.size();
    run.entries.resize_uninitialized(before + chunk.size);
    sorting_.entries(key_.get(), order_, chunk, before, run.entries.data() + before);
    if (!sorting_.inside) append_kept(keeping(), chunk, 0, 1, run.records);
  }
  void finish(Run& run, Scratch& scratch) const {
    scratch.resize_uninitialized(run.entries.size());
    sort_entries(run.entries.data(), scratch.data(), run.entries.size());
  }

  class Merger {
   public:
    explicit Merger(const WordSort& sort) : inside_(sort.sorting_.inside) {}

    void merge(const std::vector<const Run*>& runs, std::uint32_t index, std::uint32_t count,
               KeptReader& out, Step& to) {
      gather(runs, index, count);
      // Sorting once more is cheaper than merging: a pass moves what a merge would compare.
      scratch_.resize_uninitialized(entries_.size());
      sort_entries(entries_.data(), scratch_.data(), entries_.size());
      if (inside_) {
        const auto in_entry = [this](std::size_t i) { return &entries_[i].value; };
        return out.read(entries_.size(), in_entry, to);
      }
      const auto in_run = [&](std::size_t i) {
        if (i + kAhead < entries_.size()) __builtin_prefetch(place(runs, i + kAhead));
        return place(runs, i);
      };
      out.read(entries_.size(), in_run, to);
    }

   private:
    // A place is the number of a run and a position in it.
    static constexpr int kPlaceBits = 40;
    static constexpr std::uint64_t kPlaceMask = (std::uint64_t{1} << kPlaceBits) - 1;
    static constexpr std::size_t kAhead = 16;

    const void* place(const std::vector<const Run*>& runs, std::size_t i) const {
      const std::uint64_t at = entries_[i].value;
      return runs[at >> kPlaceBits]->records.column.at(at & kPlaceMask);
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
        const std::uint64_t mark = inside_ ? 0 : std::uint64_t{run} << kPlaceBits;
        for (std::size_t i = ranges_[run].begin; i < ranges_[run].end; ++i) {
          Entry entry = views_[run][i];
          entry.value |= static_cast<Word>(mark);
          entries_.emplace_reserved(entry);
        }
      }
    }

    const bool inside_;
    std::vector<std::span<const Entry>> views_;
    std::vector<RunRange> ranges_;
    CombineBuffer<Entry> entries_;
    CombineBuffer<Entry> scratch_;
  };

 private:
  const WordSorting& sorting_;
  std::shared_ptr<const void> key_;
  SortOrder order_;
};

template <class Word>
std::shared_ptr<const Exchange> make_exchange(const WordSorting& sorting,
                                              std::shared_ptr<const void> key, SortOrder order,
                                              std::uint32_t partitions) {
  using Sort = WordSort<Word>;
  return std::make_shared<SortExchange<Sort>>(Sort(sorting, std::move(key), order), partitions);
}

}  // namespace

std::shared_ptr<const Exchange> make_word_sort_exchange(const WordSorting& sorting,
                                                        std::shared_ptr<const void> key,
                                                        SortOrder order, std::uint32_t partitions) {
  return sorting.small ? make_exchange<std::uint32_t>(sorting, std::move(key), order, partitions)
                       : make_exchange<std::uint64_t>(sorting, std::move(key), order, partitions);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
