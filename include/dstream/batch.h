#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/box.h>
#include <dstream/export.h>
#include <dstream/owned.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// One batch of a stream as the host gets it: its time and its records, in slice order.
template <class T>
struct Batch {
  Time time;
  std::vector<Owned<T>> records;
};

namespace detail {

/// Records of a block that lie side by side.
struct RecordRun {
  std::byte* records;
  std::size_t count;
  bool movable;  ///< nobody else can read the block any more, and it was not made const
};

/// The records of blocks that collectors of one type made, end to end. Empties `blocks`.
class DSTREAM_EXPORT RecordRuns {
 public:
  explicit RecordRuns(std::vector<BlockPtr>& blocks);
  ~RecordRuns();
  RecordRuns(const RecordRuns&) = delete;
  RecordRuns& operator=(const RecordRuns&) = delete;

  std::size_t size() const { return size_; }
  const RecordRun* begin() const { return runs_.get(); }
  /// Copies the bytes of all records to `to`.
  void copy_to(void* to, std::size_t record_size) const;

 private:
  std::vector<BlockPtr> blocks_;
  Box<RecordRun[]> runs_;
  std::size_t size_ = 0;
};

/// Walks over runs and gives each record once, as a value: what a vector is made of at once.
template <class Stored>
class RecordIterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = Stored;
  using difference_type = std::ptrdiff_t;
  using pointer = const Stored*;
  using reference = Stored;

  RecordIterator(const RecordRun* run, std::size_t place) : run_(run), place_(place) {}
  Stored operator*() const {
    Stored& record = reinterpret_cast<Stored*>(run_->records)[at_];
    if (run_->movable) return std::move(record);
    return static_cast<const Stored&>(record);
  }
  RecordIterator& operator++() {
    ++place_;
    if (++at_ == run_->count) {
      ++run_;
      at_ = 0;
    }
    return *this;
  }
  bool operator==(const RecordIterator& other) const { return place_ == other.place_; }
  std::ptrdiff_t operator-(const RecordIterator& other) const {
    return static_cast<std::ptrdiff_t>(place_ - other.place_);
  }

 private:
  const RecordRun* run_;
  std::size_t at_ = 0;  // in the run
  std::size_t place_;   // in all runs
};

/// The texts of blocks that collectors of std::string_view made.
DSTREAM_EXPORT std::vector<std::string> take_texts(std::vector<BlockPtr>& blocks);

/// The texts of one of them.
DSTREAM_EXPORT std::vector<std::string> texts_of(const Block& block);

/// The records of blocks that collectors of T made, end to end; moves them out of blocks that have
/// no other owner.
template <class T>
[[gnu::noinline]] std::vector<Owned<T>> take_records(std::vector<BlockPtr>&& blocks) {
  using Stored = Owned<T>;
  if constexpr (std::is_same_v<T, std::string_view>) {
    return take_texts(blocks);
  } else {
    const RecordRuns runs(blocks);
    if constexpr (kIsBytes<Stored> && std::is_default_constructible_v<Stored> &&
                  !std::is_same_v<Stored, bool>) {
      std::vector<Stored> records(runs.size());
      runs.copy_to(records.data(), sizeof(Stored));
      return records;
    } else {
      using Iterator = RecordIterator<Stored>;
      return std::vector<Stored>(Iterator(runs.begin(), 0), Iterator(runs.begin(), runs.size()));
    }
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
