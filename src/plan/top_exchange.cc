#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "dstream/detail/top_choosing.h"

#include "plan/kept_records.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// The user's order and how its records are kept.
struct Top {
  const TopChoosing& choosing;
  const std::shared_ptr<const void> function;
  const std::size_t limit;

  const RecordKeeping& keeping() const { return *choosing.records; }
  bool before(const void* a, const void* b) const { return choosing.before(function.get(), a, b); }
};

/// The first records of those that it is given; among equals the earlier ones. A heap whose front
/// is the last of those that are kept. `At` leads from a Place to the record.
template <class Place, class At>
class TopHeap {
 public:
  TopHeap(const Top& top, At at) : top_(top), at_(std::move(at)) {}

  std::size_t size() const { return heap_.size(); }
  bool full() const { return heap_.size() == top_.limit; }
  Place& place(std::size_t i) { return heap_[i].place; }
  const void* record(std::size_t i) const { return at_(heap_[i].place); }

  void add(Place place) {
    if (!full()) {
      heap_.push_back({place, next_++});
      sift_up(heap_.size() - 1);
    } else {
      heap_.front() = {place, next_++};
      sift_down(0, heap_.size());
    }
  }
  /// Puts the records in order; clear() must follow.
  void sort() {
    for (std::size_t end = heap_.size(); end > 1; --end) {
      std::swap(heap_.front(), heap_[end - 1]);
      sift_down(0, end - 1);
    }
  }
  void clear() noexcept {
    heap_.clear();
    next_ = 0;
  }

 private:
  struct Item {
    Place place;
    std::uint64_t position;
  };

  bool goes_after(const Item& a, const Item& b) const {
    const void* const left = at_(a.place);
    const void* const right = at_(b.place);
    if (top_.before(right, left)) return true;
    return !top_.before(left, right) && a.position > b.position;
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

  const Top& top_;
  At at_;
  std::vector<Item> heap_;  // at most top_.limit
  std::uint64_t next_ = 0;
};

/// What a slice leaves: its first records, in order.
class TopSlice final : public SliceOutput {
 public:
  explicit TopSlice(const ElementType& type) : kept(type) {}
  std::size_t records(std::uint32_t) const override { return kept.size(); }
  std::size_t bytes() const override { return kept.bytes(); }

  KeptRecords kept;
};

class TopWriter final : public Terminal {
 public:
  explicit TopWriter(const Top& top)
      : top_(top),
        kept_(*top.keeping().kept),
        spare_(*top.keeping().kept),
        heap_(top, AtPosition{&kept_.column}) {}

  void process(Chunk chunk) override {
    if (top_.limit == 0) return;
    std::size_t i = 0;
    for (; i < chunk.size && !heap_.full(); ++i) add(chunk, i);
    if (!heap_.full()) return;
    const auto find = [&] {
      return top_.choosing.find(top_.function.get(), chunk, i, heap_.record(0));
    };
    for (i = find(); i < chunk.size; i = find()) add(chunk, i++);
  }
  void reset() noexcept override {
    heap_.clear();
    kept_.clear();
  }
  SliceOutputPtr take() override {
    auto slice = std::make_shared<TopSlice>(*top_.keeping().kept);
    heap_.sort();
    for (std::size_t i = 0; i < heap_.size(); ++i) move(heap_.place(i), slice->kept);
    reset();
    return slice;
  }

 private:
  struct AtPosition {
    const RecordColumn* column;
    const void* operator()(std::size_t position) const { return column->at(position); }
  };

  void add(const Chunk& chunk, std::size_t i) {
    if (kept_.size() >= 2 * heap_.size() + kWorthPacking) pack();
    append_kept(top_.keeping(), chunk, i, chunk.size, kept_);
    heap_.add(kept_.size() - 1);
  }
  /// Drops records that are no longer in the heap.
  void pack() {
    for (std::size_t i = 0; i < heap_.size(); ++i) {
      move(heap_.place(i), spare_);
      heap_.place(i) = i;
    }
    kept_.swap(spare_);
    spare_.clear();
  }
  void move(std::size_t position, KeptRecords& to) {
    void* const record = kept_.column.at(position);
    const RecordKeeping& keeping = top_.keeping();
    if (keeping.as_is) return append_kept(keeping, {record, 1, true}, 0, 1, to);
    keeping.kept->move(to.column.room(1), record, nullptr, 1);
    to.column.added(1);
  }

  static constexpr std::size_t kWorthPacking = 64;

  const Top& top_;
  KeptRecords kept_;  // at most twice those of the heap and a few
  KeptRecords spare_;
  TopHeap<std::size_t, AtPosition> heap_;  // of positions in kept_
};

class TopReader final : public ExchangeReader {
 public:
  explicit TopReader(const Top& top) : top_(top), heap_(top, AtAddress()), out_(top.keeping()) {}

  void read(std::span<const SliceOutputPtr> slices, std::uint32_t, Step& to) override {
    for (const SliceOutputPtr& slice : slices) {
      if (!slice) continue;
      const RecordColumn& kept = static_cast<const TopSlice&>(*slice).kept.column;
      for (std::size_t i = 0; i < kept.size(); ++i) {
        if (heap_.full() && !top_.before(kept.at(i), heap_.record(0))) continue;
        heap_.add(kept.at(i));
      }
    }
    heap_.sort();
    out_.read(
        heap_.size(), [this](std::size_t i) { return heap_.record(i); }, to);
    out_.pass_on(to);
    heap_.clear();
  }
  void reset() noexcept override {
    heap_.clear();
    out_.clear();
  }

 private:
  struct AtAddress {
    const void* operator()(const void* record) const { return record; }
  };

  const Top& top_;
  TopHeap<const void*, AtAddress> heap_;
  KeptReader out_;
};

class TopExchange final : public Exchange {
 public:
  TopExchange(const TopChoosing& choosing, std::shared_ptr<const void> function, std::size_t limit)
      : top_{choosing, std::move(function), limit} {}
  std::uint32_t partitions(const ExchangeSettings&) const override { return 1; }
  TerminalPtr make_writer(const ExchangeSettings&) const override {
    return TerminalPtr(new TopWriter(top_));
  }
  ReaderPtr make_reader(const ExchangeSettings&) const override {
    return ReaderPtr(new TopReader(top_));
  }

 private:
  const Top top_;
};

}  // namespace

std::shared_ptr<const Exchange> make_top_exchange(const TopChoosing& choosing,
                                                  std::shared_ptr<const void> function,
                                                  std::size_t limit) {
  return std::make_shared<TopExchange>(choosing, std::move(function), limit);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
