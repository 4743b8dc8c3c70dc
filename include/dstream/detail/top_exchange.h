#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <dstream/detail/exchange.h>
#include <dstream/detail/narrow_steps.h>
#include <dstream/detail/record_buffer.h>
#include <dstream/detail/sort_key.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// top(): each slice keeps its n first records in a heap; one reader merges them in slice order.

/// `less` the other way round.
template <class Less>
struct Reversed {
  Less less;
  template <class T>
    requires OrderOf<Less, T>
  bool operator()(const T& a, const T& b) const { return less(b, a); }
};

/// The first n of the records that it is given, by `bool before(const T&, const T&)`; among equals
/// the earlier ones. A heap whose front is the last of those that are kept.
template <class T, class Before>
class BoundedHeap {
 public:
  BoundedHeap(const Before& before, std::size_t limit) : before_(before), limit_(limit) {}

  template <class Record>
  void add(Record&& record) {
    if (heap_.size() < limit_) {
      heap_.push_back({own(std::forward<Record>(record)), next_++});
      sift_up(heap_.size() - 1);
    } else if (limit_ != 0 && before_(std::as_const(record), kept(0))) {
      heap_.front() = {own(std::forward<Record>(record)), next_++};
      sift_down(0, heap_.size());
    }
  }
  /// Calls `use(record)` for each in order; the records stay valid until clear(), which must follow.
  template <class Use>
  void for_each_in_order(const Use& use) {
    for (std::size_t end = heap_.size(); end > 1; --end) {
      std::swap(heap_.front(), heap_[end - 1]);
      sift_down(0, end - 1);
    }
    for (std::size_t i = 0; i < heap_.size(); ++i) use(kept(i));
  }
  void clear() noexcept {
    heap_.clear();
    next_ = 0;
  }

 private:
  struct Kept {
    Owned<T> record;
    std::uint64_t position;
  };

  KeptReference<T> kept(std::size_t i) const { return look_at<T>(heap_[i].record); }
  bool goes_after(const Kept& a, const Kept& b) const {
    const T& left = look_at<T>(a.record);
    const T& right = look_at<T>(b.record);
    if (before_(right, left)) return true;
    return !before_(left, right) && a.position > b.position;
  }
  void sift_up(std::size_t at) {
    while (at > 0) {
      const std::size_t parent = (at - 1) / 2;
      if (!goes_after(heap_[at], heap_[parent])) return;
      std::swap(heap_[at], heap_[parent]);
      at = parent;
    }
  }
  void sift_down(std::size_t at, std::size_t end) {
    for (;;) {
      std::size_t last = at;
      for (std::size_t child = 2 * at + 1; child <= 2 * at + 2 && child < end; ++child) {
        if (goes_after(heap_[child], heap_[last])) last = child;
      }
      if (last == at) return;
      std::swap(heap_[at], heap_[last]);
      at = last;
    }
  }

  const Before& before_;
  const std::size_t limit_;
  std::vector<Kept> heap_;  // at most limit_
  std::uint64_t next_ = 0;
};

/// What a slice leaves: its first records, in order.
template <class T>
class TopSlice final : public SliceOutput {
 public:
  std::size_t records(std::uint32_t) const override { return kept.size(); }
  std::size_t bytes() const override { return kept.bytes(); }

  RecordBuffer<T> kept;
};

template <class T, class Before>
class TopWriter final : public Terminal {
 public:
  TopWriter(const Before& before, std::size_t limit) : heap_(before, limit) {}

  void process(Chunk chunk) override {
    for_each_record<T, true>(
        chunk, [&](auto&& record) { heap_.add(std::forward<decltype(record)>(record)); });
  }
  void reset() noexcept override { heap_.clear(); }
  SliceOutputPtr take() override {
    auto slice = std::make_shared<TopSlice<T>>();
    heap_.for_each_in_order([&](const T& record) { slice->kept.append(record); });
    heap_.clear();
    return slice;
  }

 private:
  BoundedHeap<T, Before> heap_;
};

template <class T, class Before>
class TopReader final : public ExchangeReader {
 public:
  TopReader(const Before& before, std::size_t limit) : heap_(before, limit) {}

  void read(std::span<const SliceOutputPtr> slices, std::uint32_t, Step& to) override {
    for (const SliceOutputPtr& slice : slices) {
      if (!slice) continue;
      const RecordBuffer<T>& kept = static_cast<const TopSlice<T>&>(*slice).kept;
      for (std::size_t i = 0; i < kept.size(); ++i) heap_.add(kept[i]);
    }
    heap_.for_each_in_order([&](const T& record) { out_.emplace(to, record); });
    out_.pass_on(to);
    heap_.clear();  // views handed on were into it
  }
  void reset() noexcept override {
    heap_.clear();
    out_.clear();
  }

 private:
  BoundedHeap<T, Before> heap_;
  ReaderOutput<T> out_;
};

template <class T, class Before>
class TopExchange final : public Exchange {
 public:
  TopExchange(Before before, std::size_t limit) : before_(std::move(before)), limit_(limit) {}
  std::uint32_t partitions(const ExchangeSettings&) const override { return 1; }
  TerminalPtr make_writer(const ExchangeSettings&) const override {
    return TerminalPtr(new TopWriter<T, Before>(before_, limit_));
  }
  ReaderPtr make_reader(const ExchangeSettings&) const override {
    return ReaderPtr(new TopReader<T, Before>(before_, limit_));
  }

 private:
  const Before before_;
  const std::size_t limit_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
