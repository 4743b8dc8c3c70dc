#include <utility>
#include <vector>

#include "dstream/detail/combine_buffer.h"
#include "dstream/detail/combine_index.h"
#include "dstream/detail/sorting.h"

#include "plan/merge_sort.h"
#include "plan/sort_exchange.h"
#include "plan/sort_ranges.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// The next of several sorted runs with few comparisons: a tree of losers (Knuth, The Art of
/// Computer Programming 3, 5.4.1). `Before` tells whether the front of run a goes before that of
/// run b; a run at its end goes after all others.
template <class Before>
class LoserTree {
 public:
  LoserTree(std::size_t runs, Before before) : before_(std::move(before)), losers_(runs) {
    winner_ = runs < 2 ? 0 : play(1);
  }
  std::uint32_t winner() const { return winner_; }
  /// The winner's front has changed.
  void replay() {
    for (std::size_t node = (winner_ + losers_.size()) / 2; node > 0; node /= 2) {
      if (before_(losers_[node], winner_)) std::swap(losers_[node], winner_);
    }
  }

 private:
  /// The winner below a node; the leaves are nodes runs, …, 2 runs - 1.
  std::uint32_t play(std::size_t node) {
    if (node >= losers_.size()) return static_cast<std::uint32_t>(node - losers_.size());
    std::uint32_t winner = play(2 * node);
    std::uint32_t loser = play(2 * node + 1);
    if (before_(loser, winner)) std::swap(loser, winner);
    losers_[node] = loser;
    return winner;
  }

  Before before_;
  std::vector<std::uint32_t> losers_;
  std::uint32_t winner_ = 0;
};

/// Sorts by any keys and a comparison (see SortExchange).
class CompareSort {
 public:
  CompareSort(const CompareSorting& sorting, std::shared_ptr<const void> functions)
      : sorting_(sorting), functions_(std::move(functions)) {}

  const RecordKeeping& keeping() const { return *sorting_.records; }
  bool less(const void* a, const void* b) const { return sorting_.less(functions_.get(), a, b); }

  struct Run {
    explicit Run(const CompareSort& sort)
        : keys(*sort.sorting_.key), records(*sort.keeping().kept) {}
    std::size_t size() const noexcept { return order.size(); }
    std::size_t bytes() const noexcept { return order.bytes() + keys.bytes() + records.bytes(); }
    void clear() noexcept {
      order.clear();
      keys.clear();
      records.clear();
    }
    const void* key(std::size_t i) const { return keys.column.at(order[i]); }

    CombineBuffer<std::uint32_t> order;  // positions of the records, sorted
    KeptRecords keys;
    KeptRecords records;
  };
  using Scratch = CombineBuffer<std::uint32_t>;

  void add(Run& run, const Chunk& chunk) const {
    sorting_.keys(functions_.get(), chunk, run.keys);
    append_kept(keeping(), chunk, 0, 1, run.records);
  }
  void finish(Run& run, Scratch& scratch) const {
    const std::size_t size = run.records.size();
    check_combine_size(size);
    run.order.resize_uninitialized(size);
    for (std::size_t i = 0; i < size; ++i) run.order[i] = static_cast<std::uint32_t>(i);
    scratch.resize_uninitialized(size);
    merge_sort(run.order.data(), scratch.data(), size, [&](std::uint32_t a, std::uint32_t b) {
      return less(run.keys.column.at(a), run.keys.column.at(b));
    });
  }

  class Merger {
   public:
    explicit Merger(const CompareSort& sort) : sort_(sort) {}

    void merge(const std::vector<const Run*>& runs, std::uint32_t index, std::uint32_t count,
               KeptReader& out, Step& to) {
      Runs order{runs, sort_};
      RangeCutter<Runs> cutter(order);
      cutter.find(index, count);
      std::size_t left = 0;
      std::vector<std::size_t> fronts(runs.size());
      for (std::size_t run = 0; run < runs.size(); ++run) {
        fronts[run] = cutter.begin(run);
        left += cutter.end(run) - cutter.begin(run);
      }
      const auto before = [&](std::uint32_t a, std::uint32_t b) {
        if (fronts[a] == cutter.end(a)) return false;
        if (fronts[b] == cutter.end(b)) return true;
        if (a < b) return !sort_.less(runs[b]->key(fronts[b]), runs[a]->key(fronts[a]));
        return sort_.less(runs[a]->key(fronts[a]), runs[b]->key(fronts[b]));
      };
      LoserTree tree(runs.size(), before);
      const auto next = [&](std::size_t i) -> const void* {
        if (i > 0) tree.replay();
        const Run& run = *runs[tree.winner()];
        return run.records.column.at(run.order[fronts[tree.winner()]++]);
      };
      out.read(left, next, to);
    }

   private:
    /// The runs for RangeCutter. A user's order may be none, and then no cut may cross another.
    struct Runs {
      static constexpr bool kTotal = false;
      const std::vector<const Run*>& all;
      const CompareSort& by;

      std::size_t runs() const { return all.size(); }
      std::size_t size(std::size_t run) const { return all[run]->size(); }
      void sort(std::vector<RunSample>& samples) const {
        std::vector<RunSample> scratch(samples.size());
        merge_sort(samples.data(), scratch.data(), samples.size(),
                   [&](const RunSample& a, const RunSample& b) { return by.less(key(a), key(b)); });
      }
      std::size_t bound(std::size_t run, std::size_t from, const RunSample& sample,
                        bool after) const {
        return first_not(from, size(run), [&](std::size_t i) {
          const void* const other = all[run]->key(i);
          return after ? !by.less(key(sample), other) : by.less(other, key(sample));
        });
      }
      const void* key(const RunSample& sample) const {
        return all[sample.run]->key(sample.position);
      }
    };

    const CompareSort& sort_;
  };

 private:
  const CompareSorting& sorting_;
  std::shared_ptr<const void> functions_;
};

}  // namespace

std::shared_ptr<const Exchange> make_compare_sort_exchange(const CompareSorting& sorting,
                                                           std::shared_ptr<const void> functions,
                                                           std::uint32_t partitions) {
  return std::make_shared<SortExchange<CompareSort>>(CompareSort(sorting, std::move(functions)),
                                                     partitions);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
