#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/combine_index.h>
#include <dstream/detail/merge_sort.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/record_buffer.h>
#include <dstream/detail/sort_ranges.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

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

/// Sorts by any keys and a comparison `bool less(const K&, const K&)` (see SortExchange).
template <class T, class F, class Less>
class CompareSort {
  using Key = std::decay_t<std::invoke_result_t<const F&, const T&>>;

 public:
  CompareSort(F key, Less less) : key_(std::move(key)), less_(std::move(less)) {}

  struct Run {
    std::size_t size() const noexcept { return order.size(); }
    std::size_t bytes() const noexcept { return order.bytes() + keys.bytes() + records.bytes(); }
    void clear() noexcept {
      order.clear();
      keys.clear();
      records.clear();
    }
    KeptReference<Key> key(std::size_t i) const { return keys[order[i]]; }

    CombineBuffer<std::uint32_t> order;  // positions of the records, sorted
    RecordBuffer<Key> keys;
    RecordBuffer<T> records;
  };
  using Scratch = CombineBuffer<std::uint32_t>;

  void add(Run& run, Chunk chunk) const {
    for_each_record<T, true>(chunk, [&](auto&& record) {
      run.keys.append(key_(std::as_const(record)));
      run.records.append(std::forward<decltype(record)>(record));
    });
  }
  void finish(Run& run, Scratch& scratch) const {
    const std::size_t size = run.records.size();
    check_combine_size(size);
    run.order.resize_uninitialized(size);
    for (std::size_t i = 0; i < size; ++i) run.order[i] = static_cast<std::uint32_t>(i);
    scratch.resize_uninitialized(size);
    merge_sort(run.order.data(), scratch.data(), size, [&](std::uint32_t a, std::uint32_t b) {
      return less_(run.keys[a], run.keys[b]);
    });
  }

  class Merger {
   public:
    explicit Merger(const CompareSort& sort) : less_(sort.less_) {}

    template <class Out>
    void merge(const std::vector<const Run*>& runs, std::uint32_t index, std::uint32_t count,
               Out& out, Step& to) {
      Runs order{runs, less_};
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
        if (a < b) return !less_(runs[b]->key(fronts[b]), runs[a]->key(fronts[a]));
        return static_cast<bool>(less_(runs[a]->key(fronts[a]), runs[b]->key(fronts[b])));
      };
      LoserTree tree(runs.size(), before);
      for (; left > 0; --left, tree.replay()) {
        const Run& run = *runs[tree.winner()];
        out.emplace(to, run.records[run.order[fronts[tree.winner()]++]]);
      }
    }

   private:
    /// The runs for RangeCutter. A user's order may be none, and then no cut may cross another.
    struct Runs {
      static constexpr bool kTotal = false;
      const std::vector<const Run*>& all;
      const Less& less;

      std::size_t runs() const { return all.size(); }
      std::size_t size(std::size_t run) const { return all[run]->size(); }
      void sort(std::vector<RunSample>& samples) const {
        std::vector<RunSample> scratch(samples.size());
        merge_sort(samples.data(), scratch.data(), samples.size(),
                   [&](const RunSample& a, const RunSample& b) { return less(key(a), key(b)); });
      }
      std::size_t bound(std::size_t run, std::size_t from, const RunSample& sample,
                        bool after) const {
        return first_not(from, size(run), [&](std::size_t i) {
          return after ? !less(key(sample), all[run]->key(i)) : less(all[run]->key(i), key(sample));
        });
      }
      KeptReference<Key> key(const RunSample& sample) const {
        return all[sample.run]->key(sample.position);
      }
    };

    const Less& less_;
  };

 private:
  F key_;
  Less less_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
