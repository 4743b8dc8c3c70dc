#include "dstream/detail/join_reader.h"

#include <vector>

#include "plan/group_keys.h"
#include "plan/join_table.h"
#include "storage/record_output.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

template <class Cell>
class JoinReader final : public ExchangeReader {
 public:
  explicit JoinReader(const JoinReading& reading)
      : reading_(reading), table_(reading.equal), results_(*reading.result, reading.chunk) {}

  void read_parents(std::span<const std::span<const SliceOutputPtr>> parents,
                    std::uint32_t partition, Step& to) override {
    to_ = &to;
    left_.open(parents[0], partition);
    right_.open(parents[1], partition);
    const std::uint32_t partitions =
        left_.partitions() != 0 ? left_.partitions() : right_.partitions();
    for_each_group(partition, partitions, [this](std::uint32_t group) { join_group(group); });
    emit();
    results_.pass_on(to);
  }
  void reset() noexcept override {
    matches_ = 0;
    results_.clear();
  }

 private:
  void join_group(std::uint32_t group) {
    if (right_.entries(group) == 0 && !keeps_left(reading_.join)) return;
    if (left_.entries(group) == 0 && !keeps_right(reading_.join)) return;
    table_.build(right_, group);
    if (keeps_right(reading_.join)) matched_.assign(table_.keys(), 0);
    left_.for_each_block(group, [this](const GroupSlice& slice, std::size_t at, std::size_t n) {
      probe(slice, at, n);
    });
    if (keeps_right(reading_.join)) add_unmatched(group);
  }

  void probe(const GroupSlice& slice, std::size_t at, std::size_t count) {
    std::uint32_t numbers[kGroupBlock];
    const Cell* const keys = slice.cells<Cell>() + at;
    table_.find(keys, count, slice.seed(), numbers);
    for (std::size_t i = 0; i < count; ++i) {
      const void* const value = slice.value(at + i);
      if (numbers[i] != GroupKeys<Cell>::kNone) {
        if (keeps_right(reading_.join)) matched_[numbers[i]] = 1;
        table_.for_each_value(numbers[i], [&](const void* right) {
          add({keys + i, value, right});
        });
      } else if (keeps_left(reading_.join)) {
        add({keys + i, value, nullptr});
      }
    }
  }

  /// Equal keys may differ, 0.0 and -0.0 do: each record keeps its own.
  void add_unmatched(std::uint32_t group) {
    std::size_t row = 0;
    right_.for_each_block(group, [&](const GroupSlice& slice, std::size_t at, std::size_t n) {
      for (std::size_t i = at; i < at + n; ++i, ++row) {
        if (matched_[table_.key_number(row)] != 0) continue;
        add({slice.cells<Cell>() + i, nullptr, slice.value(i)});
      }
    });
  }

  void add(const JoinMatch& match) {
    if (matches_ == kMatches) emit();
    match_[matches_++] = match;
  }

  /// Makes results of the matches so far.
  void emit() {
    const JoinMatch* match = match_;
    while (matches_ != 0) {
      void* const place = results_.place(*to_);
      const std::size_t count = matches_ < results_.room() ? matches_ : results_.room();
      reading_.emit(match, count, place, results_.size());
      match += count;
      matches_ -= count;
    }
  }

  static constexpr std::size_t kMatches = 128;

  const JoinReading& reading_;
  Step* to_ = nullptr;  // during read_parents()
  GroupSlices left_;
  GroupSlices right_;
  JoinTable<Cell> table_;
  std::vector<char> matched_;  // by number of the right side's key
  std::size_t matches_ = 0;
  JoinMatch match_[kMatches];
  RecordOutput results_;
};

}  // namespace

ReaderPtr make_join_reader(const JoinReading& reading) {
  return make_reader_for<JoinReader>(reading.kind, reading);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
