#pragma once

#include <cstddef>
#include <cstdint>

#include "dstream/detail/combine_buffer.h"

#include "plan/group_keys.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// The right side of a join within one key group: its entries in slice order, those of equal keys
/// linked. Valid as long as the entries' slices. Not thread-safe.
template <class Cell>
class JoinTable {
 public:
  explicit JoinTable(KeyEqual equal) : keys_(equal) {}

  void build(const GroupSlices& slices, std::uint32_t group) {
    const std::size_t entries = slices.entries(group);
    keys_.reset(entries);
    last_.clear();
    last_.reserve(entries);
    rows_.clear();
    rows_.reserve(entries);
    slices.for_each_block(group, [this](const GroupSlice& slice, std::size_t at, std::size_t n) {
      std::uint32_t numbers[kGroupBlock];
      keys_.number(slice.cells<Cell>() + at, n, slice.seed(), numbers);
      for (std::size_t i = 0; i < n; ++i) add(numbers[i], slice.value(at + i));
    });
  }

  /// Distinct keys; they are numbered from 0 as they are first seen.
  std::size_t keys() const noexcept { return keys_.size(); }
  std::uint32_t key_number(std::size_t row) const { return rows_[row].key; }

  /// For each key of the left side its number here, or GroupKeys::kNone; at most kGroupBlock.
  void find(const Cell* keys, std::size_t count, std::uint64_t seed, std::uint32_t* numbers) {
    keys_.find(keys, count, seed, numbers);
  }

  /// Calls `body(value)` for all values of a key in slice order.
  template <class Body>
  void for_each_value(std::uint32_t number, const Body& body) const {
    // Without duplicates the rows are numbered as the keys are.
    if (keys_.size() == rows_.size()) return body(rows_[number].value);
    const std::uint32_t last = last_[number];
    std::uint32_t row = last;
    do {
      row = rows_[row].next;
      body(rows_[row].value);
    } while (row != last);
  }

 private:
  struct Row {
    const void* value;
    std::uint32_t key;   // its number
    std::uint32_t next;  // the next row of its key, after the last the first
  };

  // A key leads to its last row, and that to the first: a ring, so that rows are added at its end
  // and walked from its beginning.
  void add(std::uint32_t number, const void* value) {
    const auto row = static_cast<std::uint32_t>(rows_.size());
    std::uint32_t next = row;
    if (number == last_.size()) {
      last_.emplace_reserved(row);
    } else {
      Row& last = rows_[last_[number]];
      next = last.next;
      last.next = row;
      last_[number] = row;
    }
    rows_.emplace_reserved(value, number, next);
  }

  GroupKeys<Cell> keys_;
  CombineBuffer<std::uint32_t> last_;  // row, by number of the key
  CombineBuffer<Row> rows_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
