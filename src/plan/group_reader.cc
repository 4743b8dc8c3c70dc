#include "dstream/detail/group_reader.h"

#include <cstring>
#include <optional>
#include <vector>

#include "plan/copy_bytes.h"
#include "plan/group_keys.h"
#include "storage/record_output.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// One parent's values of a key group, gathered by key with a counting sort. Not thread-safe.
template <class Cell>
class Gatherer {
 public:
  explicit Gatherer(const ElementType& type) : type_(type) {}

  void open(std::span<const SliceOutputPtr> outputs, std::uint32_t partition) {
    slices_.open(outputs, partition);
  }
  std::uint32_t partitions() const { return slices_.partitions(); }
  std::size_t entries(std::uint32_t group) const { return slices_.entries(group); }

  /// Numbers the keys of the group.
  void number(std::uint32_t group, GroupKeys<Cell>& keys) {
    numbers_.clear();
    numbers_.resize_uninitialized(entries(group));
    std::uint32_t* at = numbers_.data();
    slices_.for_each_block(group, [&](const GroupSlice& slice, std::size_t begin, std::size_t n) {
      keys.number(slice.cells<Cell>() + begin, n, slice.seed(), at);
      at += n;
    });
  }

  /// Gathers the values of `keys` keys, in slice order.
  GroupedValues gather(std::uint32_t group, std::size_t keys) {
    count(keys);
    if (type_.is_bytes()) {
      plain_.resize_uninitialized(numbers_.size() * type_.size + type_.alignment);
      std::byte* const to = aligned();
      with_record_size(type_.size, [&](auto size) {
        place(group, [to, size](std::size_t at, const void* value) {
          std::memcpy(to + at * size, value, size);
        });
      });
      return {starts_.data(), to, nullptr};
    }
    places_.resize_uninitialized(numbers_.size());
    place(group, [this](std::size_t at, const void* value) { places_[at] = value; });
    return {starts_.data(), nullptr, places_.data()};
  }

 private:
  /// Where each key's values begin. Key i's place is in starts_[i + 1] until place() has moved it
  /// to its end, which is where those of key i + 1 begin.
  void count(std::size_t keys) {
    starts_.assign(keys + 2, 0);
    for (std::size_t i = 0; i < numbers_.size(); ++i) ++starts_[numbers_[i] + 2];
    for (std::size_t i = 2; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  }
  template <class Put>
  void place(std::uint32_t group, const Put& put) {
    const std::uint32_t* at = numbers_.data();
    slices_.for_each_block(group, [&](const GroupSlice& slice, std::size_t begin, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) put(starts_[*at++ + 1]++, slice.value(begin + i));
    });
  }
  std::byte* aligned() {
    const auto address = reinterpret_cast<std::uintptr_t>(plain_.data());
    return plain_.data() + (type_.alignment - address % type_.alignment) % type_.alignment;
  }

  const ElementType& type_;
  GroupSlices slices_;
  CombineBuffer<std::uint32_t> numbers_;  // of each entry's key
  std::vector<std::uint32_t> starts_;     // by number of the key
  CombineBuffer<std::byte> plain_;
  CombineBuffer<const void*> places_;
};

template <class Cell>
class GroupReader final : public ExchangeReader {
 public:
  explicit GroupReader(const GroupReading& reading)
      : reading_(reading),
        keys_(reading.equal),
        first_(*reading.values[0]),
        results_(*reading.result, reading.chunk) {
    if (reading.values[1] != nullptr) second_.emplace(*reading.values[1]);
  }

  void read_parents(std::span<const std::span<const SliceOutputPtr>> parents,
                    std::uint32_t partition, Step& to) override {
    first_.open(parents[0], partition);
    std::uint32_t partitions = first_.partitions();
    if (second_) {
      second_->open(parents[1], partition);
      if (partitions == 0) partitions = second_->partitions();
    }
    for_each_group(partition, partitions, [&](std::uint32_t group) { read_group(group, to); });
    results_.pass_on(to);
  }
  void reset() noexcept override { results_.clear(); }

 private:
  void read_group(std::uint32_t group, Step& to) {
    const std::size_t entries = first_.entries(group) + (second_ ? second_->entries(group) : 0);
    if (entries == 0) return;
    keys_.reset(entries);
    first_.number(group, keys_);
    if (second_) second_->number(group, keys_);
    const std::size_t keys = keys_.size();
    const GroupedValues values[2] = {first_.gather(group, keys),
                                     second_ ? second_->gather(group, keys) : GroupedValues{}};
    for (std::size_t done = 0; done < keys;) {
      void* const place = results_.place(to);
      const std::size_t left = keys - done;
      const std::size_t count = left < results_.room() ? left : results_.room();
      reading_.emit(keys_.cells(), values, done, count, place, results_.size());
      done += count;
    }
  }

  const GroupReading& reading_;
  GroupKeys<Cell> keys_;
  Gatherer<Cell> first_;
  std::optional<Gatherer<Cell>> second_;
  RecordOutput results_;
};

}  // namespace

ReaderPtr make_group_reader(const GroupReading& reading) {
  return make_reader_for<GroupReader>(reading.kind, reading);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
