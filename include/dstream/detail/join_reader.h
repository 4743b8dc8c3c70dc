#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/exchange.h>
#include <dstream/detail/group_keys.h>
#include <dstream/detail/join_table.h>
#include <dstream/detail/keyed_slice.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Which records of a join stay although their key is on one side only.
enum class Join : std::uint8_t { inner, left_outer, right_outer, full_outer };

constexpr bool keeps_left(Join join) {
  return join == Join::left_outer || join == Join::full_outer;
}
constexpr bool keeps_right(Join join) {
  return join == Join::right_outer || join == Join::full_outer;
}

/// What a join gives: a side that may be missing is optional.
template <Join kJoin, class K, class V, class W>
using Joined = std::pair<K, std::pair<std::conditional_t<keeps_right(kJoin), std::optional<V>, V>,
                                      std::conditional_t<keeps_left(kJoin), std::optional<W>, W>>>;

/// Reads the partition of a shuffle with two parents as a hash join: per key group a table of the
/// right side, probed by the left one. Order: by key group; within it the left records in slice
/// order, each with its matches on the right in slice order; then right records without a match.
template <Join kJoin, class K, class V, class W>
class JoinReader final : public ExchangeReader {
  using Result = Joined<kJoin, K, V, W>;
  using Left = typename Result::second_type::first_type;
  using Right = typename Result::second_type::second_type;

 public:
  void read_parents(std::span<const std::span<const SliceOutputPtr>> parents,
                    std::uint32_t partition, Step& to) override {
    to_ = &to;
    slices_of(parents[0], partition, left_);
    slices_of(parents[1], partition, right_);
    const GroupRange groups =
        GroupRange::of(left_, partition).or_else(GroupRange::of(right_, partition));
    for (std::uint32_t group = groups.begin; group < groups.end; ++group) join_group(group);
    pass_on(results_, to);
  }
  void reset() noexcept override { results_.clear(); }

 private:
  void join_group(std::uint32_t group) {
    const std::size_t right = entries_of(right_, group);
    if (right == 0 && !keeps_left(kJoin)) return;
    if (!keeps_right(kJoin) && entries_of(left_, group) == 0) return;
    table_.build(right_, group, right);
    if constexpr (keeps_right(kJoin)) matched_.assign(right, 0);
    for_each_block<K, V>(left_, group, [&](const auto* block, std::size_t n, std::uint64_t seed) {
      probe(block, n, seed);
    });
    if constexpr (keeps_right(kJoin)) emit_unmatched();
  }

  void probe(const CombineEntry<K, V>* entries, std::size_t count, std::uint64_t seed) {
    std::uint32_t last_rows[kGroupBlock];
    table_.find(entries, count, seed, last_rows);
    for (std::size_t i = 0; i < count; ++i) {
      if (last_rows[i] != JoinTable<K, W>::kNone) {
        if constexpr (keeps_right(kJoin)) note_match(last_rows[i]);
        table_.for_each_row(last_rows[i], [&](std::uint32_t row) {
          emit(EntryKey<K>::of(entries[i]).owned(), Left(entries[i].value),
               Right(table_.value(row)));
        });
      } else if constexpr (keeps_left(kJoin)) {
        emit(EntryKey<K>::of(entries[i]).owned(), Left(entries[i].value), Right());
      }
    }
  }

  void note_match(std::uint32_t last) {
    if (matched_[last] != 0) return;
    table_.for_each_row(last, [this](std::uint32_t row) { matched_[row] = 1; });
  }
  void emit_unmatched() {
    for (std::size_t row = 0; row < table_.size(); ++row) {
      if (matched_[row] == 0) emit(table_.key(row), Left(), Right(table_.value(row)));
    }
  }

  void emit(K&& key, Left&& left, Right&& right) {
    if (results_.full()) pass_on(results_, *to_);
    results_.emplace(std::move(key),
                     typename Result::second_type(std::move(left), std::move(right)));
  }

  Step* to_ = nullptr;  // during read_parents()
  std::vector<CombinedSlice<K, V>*> left_;
  std::vector<CombinedSlice<K, W>*> right_;
  JoinTable<K, W> table_;
  std::vector<char> matched_;  // per row of the table
  ChunkBuffer<Result> results_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
