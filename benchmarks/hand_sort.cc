#include "hand_sort.h"

#include <tbb/parallel_sort.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <utility>

#include "random.h"
#include "timing.h"

namespace dstream::bench {
namespace {

constexpr std::size_t kIntegers = 10'000'000;

/// Copies a batch and sorts it; the clock runs over both.
template <class Number, class Sort>
std::unique_ptr<Runner> sorting_runner(const SortData::Batch<Number>& batch, Sort sort) {
  auto sorted = std::make_shared<std::vector<Number>>();
  return make_runner(
      [batch, sorted, sort] {
        const Stopwatch watch;
        sorted->assign(batch->array().begin(), batch->array().end());
        sort(*sorted);
        return watch.seconds();
      },
      [sorted] { return digest_sorted(std::exchange(*sorted, {})); });
}

}  // namespace

std::shared_ptr<const SortData> make_integers(const Settings& settings) {
  auto data = std::make_shared<SortData>();
  BlockBuilder<std::int64_t> wide;
  BlockBuilder<std::int32_t> narrow;
  const std::size_t count = settings.scaled(kIntegers, 1000);
  RandomSequence random(17);
  wide.reserve(count);
  narrow.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t number = random.next();
    wide.append(static_cast<std::int64_t>(number));
    narrow.append(static_cast<std::int32_t>(number >> 32));
  }
  data->wide.push_back(wide.finish());
  data->narrow.push_back(narrow.finish());
  return data;
}

template <class Number>
Digest digest_sorted(const std::vector<Number>& numbers) {
  Digest digest;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    digest.add_number(i, static_cast<std::uint64_t>(numbers[i]), 0);
  }
  return digest;
}
template Digest digest_sorted(const std::vector<std::int64_t>&);
template Digest digest_sorted(const std::vector<std::int32_t>&);

template <class Number>
std::unique_ptr<Runner> hand_sort(const SortData& data) {
  return sorting_runner<Number>(data.batches<Number>().front(), [](std::vector<Number>& numbers) {
    std::sort(numbers.begin(), numbers.end());
  });
}
template std::unique_ptr<Runner> hand_sort<std::int64_t>(const SortData&);
template std::unique_ptr<Runner> hand_sort<std::int32_t>(const SortData&);

template <class Number>
std::unique_ptr<Runner> tbb_sort(const SortData& data, int threads) {
  auto arena = std::make_shared<tbb::task_arena>(threads);
  return sorting_runner<Number>(
      data.batches<Number>().front(), [arena](std::vector<Number>& numbers) {
        arena->execute([&] { tbb::parallel_sort(numbers.begin(), numbers.end()); });
      });
}
template std::unique_ptr<Runner> tbb_sort<std::int64_t>(const SortData&, int);
template std::unique_ptr<Runner> tbb_sort<std::int32_t>(const SortData&, int);

}  // namespace dstream::bench
