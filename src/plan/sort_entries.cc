#include "plan/sort_entries.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "plan/merge_sort.h"
#include "plan/sort_ranges.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr int kDigitBits = 8;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
// Up to here merging beats radix passes, which pay for their counters.
constexpr std::size_t kFewEntries = 192;

template <class Entry>
void sort_few(Entry* entries, Entry* scratch, std::size_t count) {
  merge_sort(entries, scratch, count, [](const Entry& a, const Entry& b) { return a.key < b.key; });
}

/// The bits in which keys differ; 0 also where the entries are in order already.
template <class Entry>
auto bits_to_sort(const Entry* entries, std::size_t count) {
  using Word = decltype(entries->key);
  std::remove_const_t<Word> differ = 0;
  bool in_order = true;
  for (std::size_t i = 1; i < count; ++i) {
    differ |= entries[i].key ^ entries[i - 1].key;
    in_order &= entries[i - 1].key <= entries[i].key;
  }
  return in_order ? Word{0} : differ;
}

using Counters = std::array<std::uint32_t, kDigits>;

/// Counts the digits of all passes at once.
template <class Entry>
void count_digits(const Entry* entries, std::size_t count, int low_bit,
                  std::span<Counters> counters) {
  for (Counters& of_pass : counters) of_pass.fill(0);
  for (std::size_t i = 0; i < count; ++i) {
    auto rest = entries[i].key >> low_bit;
    for (Counters& of_pass : counters) {
      ++of_pass[rest % kDigits];
      rest >>= kDigitBits;
    }
  }
}

/// Moves the entries to where their digit belongs. False, and nothing moved, if they have one
/// digit.
template <class Entry>
bool scatter(const Entry* from, Entry* to, std::size_t count, int bit, Counters& counters) {
  if (counters[(from[0].key >> bit) % kDigits] == count) return false;
  std::uint32_t start = 0;
  for (std::uint32_t& counter : counters) start += std::exchange(counter, start);
  for (std::size_t i = 0; i < count; ++i) to[counters[(from[i].key >> bit) % kDigits]++] = from[i];
  return true;
}

/// Sorts by `passes` digits from low_bit up.
template <class Entry>
void sort_digits(Entry* entries, Entry* scratch, std::size_t count, int low_bit, int passes) {
  std::array<Counters, 8> all;
  const std::span<Counters> counters(all.data(), static_cast<std::size_t>(passes));
  count_digits(entries, count, low_bit, counters);
  Entry* from = entries;
  Entry* to = scratch;
  for (int pass = 0; pass < passes; ++pass) {
    const int bit = low_bit + pass * kDigitBits;
    if (scatter(from, to, count, bit, counters[static_cast<std::size_t>(pass)]))
      std::swap(from, to);
  }
  if (from != entries) std::memcpy(entries, from, count * sizeof(Entry));
}

/// Sorts each group of entries that agree down to low_bit.
template <class Entry>
void sort_groups(Entry* entries, Entry* scratch, std::size_t count, int low_bit) {
  for (std::size_t begin = 0, end; begin < count; begin = end) {
    const auto group = entries[begin].key >> low_bit;
    for (end = begin + 1; end < count && entries[end].key >> low_bit == group;) ++end;
    if (end - begin > 1) sort_entries(entries + begin, scratch, end - begin);
  }
}

}  // namespace

template <class Entry>
void sort_entries(Entry* entries, Entry* scratch, std::size_t count) {
  if (count <= kFewEntries) return sort_few(entries, scratch, count);
  const auto differ = bits_to_sort(entries, count);
  if (differ == 0) return;
  const int width = static_cast<int>(sizeof(differ) * 8) - std::countl_zero(differ);
  // Four bits more than it takes to number the entries: one in 16 then has a neighbour in its
  // group.
  const int wanted = static_cast<int>(std::bit_width(count)) + 4;
  const int passes = (std::min(width, wanted) + kDigitBits - 1) / kDigitBits;
  const int low_bit = std::max(0, width - passes * kDigitBits);
  sort_digits(entries, scratch, count, low_bit, passes);
  if (low_bit > 0) sort_groups(entries, scratch, count, low_bit);
}

template DSTREAM_EXPORT void sort_entries(SortEntry32*, SortEntry32*, std::size_t);
template DSTREAM_EXPORT void sort_entries(SortEntry64*, SortEntry64*, std::size_t);

namespace {

/// Runs of entries for RangeCutter.
template <class Entry>
class EntryRuns {
 public:
  static constexpr bool kTotal = true;
  explicit EntryRuns(std::span<const std::span<const Entry>> runs) : runs_(runs) {}

  std::size_t runs() const { return runs_.size(); }
  std::size_t size(std::size_t run) const { return runs_[run].size(); }
  void sort(std::vector<RunSample>& samples) const {
    std::vector<Entry> keys(samples.size());
    std::vector<Entry> scratch(samples.size());
    using Word = decltype(Entry::value);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = {key(samples[i]), static_cast<Word>(i)};
    sort_entries(keys.data(), scratch.data(), keys.size());
    std::vector<RunSample> sorted;
    sorted.reserve(samples.size());
    for (const Entry& entry : keys) sorted.push_back(samples[entry.value]);
    samples.swap(sorted);
  }
  std::size_t bound(std::size_t run, std::size_t from, const RunSample& sample, bool after) const {
    const auto limit = key(sample);
    const std::span<const Entry> entries = runs_[run];
    return first_not(from, entries.size(), [&](std::size_t i) {
      return after ? entries[i].key <= limit : entries[i].key < limit;
    });
  }

 private:
  auto key(const RunSample& sample) const { return runs_[sample.run][sample.position].key; }

  std::span<const std::span<const Entry>> runs_;
};

}  // namespace

template <class Entry>
void cut_runs(std::span<const std::span<const Entry>> runs, std::uint32_t index,
              std::uint32_t count, std::span<RunRange> ranges) {
  EntryRuns<Entry> order(runs);
  RangeCutter<EntryRuns<Entry>> cutter(order);
  cutter.find(index, count);
  for (std::size_t run = 0; run < runs.size(); ++run) {
    ranges[run] = {cutter.begin(run), cutter.end(run)};
  }
}

template DSTREAM_EXPORT void cut_runs(std::span<const std::span<const SortEntry32>>, std::uint32_t,
                                      std::uint32_t, std::span<RunRange>);
template DSTREAM_EXPORT void cut_runs(std::span<const std::span<const SortEntry64>>, std::uint32_t,
                                      std::uint32_t, std::span<RunRange>);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
