#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/combine_index.h>
#include <dstream/detail/numeric_folds.h>
#include <dstream/export.h>
#include <dstream/hash_of.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// What first(), last(), collect(), top_k() and distinct_count() are for records of one type.

template <class P, class T>
class First : Projecting<P, T> {
  using Value = Owned<Projected<P, T>>;

 public:
  using Projecting<P, T>::Projecting;
  using State = std::optional<Value>;
  static constexpr bool kNeedsRecords = true;

  State zero() const { return std::nullopt; }
  void add(State& state, const T& record) const {
    if (!state) state = own(this->of(record));
  }
  void merge(State& into, State&& from) const {
    if (!into) into = std::move(from);
  }
  Value result(State&& state) const { return std::move(*state); }
};

template <class P, class T>
class Last : Projecting<P, T> {
  using Value = Owned<Projected<P, T>>;

 public:
  using Projecting<P, T>::Projecting;
  using State = std::optional<Value>;
  static constexpr bool kNeedsRecords = true;

  State zero() const { return std::nullopt; }
  void add(State& state, const T& record) const { state = own(this->of(record)); }
  void merge(State& into, State&& from) const {
    if (from) into = std::move(from);
  }
  Value result(State&& state) const { return std::move(*state); }
};

template <class P, class T>
class Collect : Projecting<P, T> {
 public:
  using Projecting<P, T>::Projecting;
  using State = std::vector<Owned<Projected<P, T>>>;

  State zero() const { return {}; }
  void add(State& state, const T& record) const { state.push_back(own(this->of(record))); }
  void merge(State& into, State&& from) const {
    if (into.empty()) {
      into = std::move(from);
      return;
    }
    for (auto&& value : from) into.push_back(std::move(value));
  }
  State result(State&& state) const { return std::move(state); }
};

/// Throws Error{invalid_argument} for 0.
DSTREAM_EXPORT void check_top_k(std::size_t k);

/// The k records that rank first, in a heap with the one that goes next on top.
template <class Rank, class Record>
struct Ranking {
  struct Entry {
    Rank rank;
    std::uint64_t arrival;  // of equal ranks the earlier record stays
    Record record;
  };
  std::vector<Entry> heap;
  std::uint64_t arrivals = 0;
};

template <class P, class T>
class TopK : Projecting<P, T> {
  using V = Projected<P, T>;
  using Entry = typename Ranking<Owned<V>, Owned<T>>::Entry;

 public:
  using State = Ranking<Owned<V>, Owned<T>>;

  TopK(P p, std::size_t k) : Projecting<P, T>(std::move(p)), k_(k) {}
  State zero() const { return {}; }

  void add(State& state, const T& record) const {
    const V& rank = this->of(record);
    const std::uint64_t arrival = state.arrivals++;
    if (!has_rank(rank)) return;
    if (state.heap.size() == k_ && !(as_value<V>(state.heap[0].rank) < rank)) return;
    insert(state.heap, Entry{own(rank), arrival, own(record)});
  }
  void merge(State& into, State&& from) const {
    for (Entry& entry : from.heap) {
      entry.arrival += into.arrivals;
      if (into.heap.size() == k_ && !goes_before(into.heap[0], entry)) continue;
      insert(into.heap, std::move(entry));
    }
    into.arrivals += from.arrivals;
  }
  std::vector<Owned<T>> result(State&& state) const {
    std::vector<Entry>& heap = state.heap;
    for (std::size_t size = heap.size(); size > 1; --size) {
      std::swap(heap[0], heap[size - 1]);
      sift_down(heap, size - 1);
    }
    std::vector<Owned<T>> records;
    records.reserve(heap.size());
    for (Entry& entry : heap) records.push_back(std::move(entry.record));
    return records;
  }

 private:
  static bool has_rank(const V& rank) {
    if constexpr (std::is_floating_point_v<V>) return rank == rank;
    return true;
  }

  /// Whether `a` leaves the heap before `b`: it ranks lower, or as high and later.
  static bool goes_before(const Entry& a, const Entry& b) {
    const V& left = as_value<V>(a.rank);
    const V& right = as_value<V>(b.rank);
    if (left < right) return true;
    return !(right < left) && a.arrival > b.arrival;
  }

  void insert(std::vector<Entry>& heap, Entry&& entry) const {
    if (heap.size() == k_) {
      heap[0] = std::move(entry);
      sift_down(heap, k_);
      return;
    }
    heap.push_back(std::move(entry));
    for (std::size_t at = heap.size() - 1; at != 0;) {
      const std::size_t parent = (at - 1) / 2;
      if (!goes_before(heap[at], heap[parent])) return;
      std::swap(heap[at], heap[parent]);
      at = parent;
    }
  }

  static void sift_down(std::vector<Entry>& heap, std::size_t size) {
    for (std::size_t at = 0;;) {
      std::size_t child = 2 * at + 1;
      if (child >= size) return;
      if (child + 1 < size && goes_before(heap[child + 1], heap[child])) ++child;
      if (!goes_before(heap[child], heap[at])) return;
      std::swap(heap[at], heap[child]);
      at = child;
    }
  }

  std::size_t k_;
};

/// Different values in first-seen order, found through an index of positions plus one.
template <class V>
class DistinctValues {
 public:
  std::size_t size() const { return values_.size(); }

  void add(const V& value) {
    if (2 * (values_.size() + 1) > index_.size()) grow();
    std::uint32_t* slot = &index_[hash_of(value, kDefaultHashSeed) & (index_.size() - 1)];
    while (*slot != 0) {
      if (key_equal(values_[*slot - 1], value)) return;
      if (++slot == index_.data() + index_.size()) slot = index_.data();
    }
    values_.push_back(own(value));
    *slot = static_cast<std::uint32_t>(values_.size());
  }
  void merge(DistinctValues&& from) {
    if (from.size() > size()) std::swap(*this, from);
    for (const Owned<V>& value : from.values_) add(as_value<V>(value));
  }

 private:
  void grow() {
    check_combine_size(index_.size());
    std::vector<std::uint32_t> index(index_.empty() ? 16 : 2 * index_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) {
      std::size_t at = hash_of(values_[i], kDefaultHashSeed) & (index.size() - 1);
      while (index[at] != 0) at = (at + 1) & (index.size() - 1);
      index[at] = static_cast<std::uint32_t>(i + 1);
    }
    index_ = std::move(index);
  }

  std::vector<Owned<V>> values_;
  std::vector<std::uint32_t> index_;  // a power of two, at most half full
};

template <class P, class T>
class DistinctCount : Projecting<P, T> {
 public:
  using Projecting<P, T>::Projecting;
  using State = DistinctValues<Projected<P, T>>;

  State zero() const { return {}; }
  void add(State& state, const T& record) const { state.add(this->of(record)); }
  void merge(State& into, State&& from) const { into.merge(std::move(from)); }
  std::int64_t result(const State& state) const { return static_cast<std::int64_t>(state.size()); }
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
