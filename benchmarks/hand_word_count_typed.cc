#include <dstream/detail/combine_fold.h>
#include <dstream/detail/combine_merge.h>
#include <dstream/detail/combine_table.h>
#include <dstream/text.h>

#include "crew.h"
#include "hand_batch.h"
#include "hand_word_count.h"

namespace dstream::bench {
namespace {

/// What the engine's stages do, without the engine: chunks of words into one combine table, which
/// is scattered by key, merged and turned into owned pairs.
class TypedWordCount {
 public:
  explicit TypedWordCount(int threads) : crew_(threads) {}

  WordCounts operator()(const TextData::Lines& lines) {
    Slice slices[2];
    const auto parts = static_cast<std::uint32_t>(crew_.threads());
    crew_.run([&](int worker) {
      const auto [begin, end] = share(lines.size(), worker, crew_.threads());
      count(lines, begin, end, parts, slices[worker]);
    });
    Slice* all[2] = {&slices[0], &slices[1]};
    WordCounts counts(parts);
    crew_.run([&](int worker) {
      const auto part = static_cast<std::uint32_t>(worker);
      merge(std::span<Slice* const>(all, parts), part, counts[part]);
    });
    return counts;
  }

 private:
  using Slice = detail::CombinedSlice<std::string, std::int64_t>;
  using Table = detail::CombineTable<std::string, std::int64_t>;
  using Fold = detail::CountFold<std::int64_t>;

  static void count(const TextData::Lines& lines, std::size_t begin, std::size_t end,
                    std::uint32_t parts, Slice& slice) {
    Table table(kDefaultHashSeed);
    const auto splitter = split(' ');
    std::vector<std::string_view> words(detail::chunk_capacity<std::string_view>());
    std::size_t used = 0;
    const auto pass_on = [&] {
      table.add(std::span<const std::string_view>(words.data(), used), detail::IdentityKey{},
                Fold{});
      used = 0;
    };
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t most = splitter.max_outputs(lines[i]);
      if (used + most > words.size()) {
        pass_on();
        if (most > words.size()) words.resize(most);
      }
      const std::string_view* const last = splitter(lines[i], words.data() + used);
      used = static_cast<std::size_t>(last - words.data());
    }
    pass_on();
    table.scatter(parts, slice);
  }

  static void merge(std::span<Slice* const> slices, std::uint32_t part,
                    std::vector<std::pair<std::string, std::int64_t>>& counts) {
    detail::MergeTable<std::string, std::int64_t> table;
    counts.reserve(table.most_results(slices, part));
    table.merge<true>(slices, part, Fold{}, [&counts](std::string&& word, std::int64_t count) {
      counts.emplace_back(std::move(word), count);
    });
  }

  Crew crew_;
};

}  // namespace

std::unique_ptr<Runner> hand_word_count_typed(const TextData& data, int threads) {
  return hand_runner<TypedWordCount>(data.lines, threads);
}

}  // namespace dstream::bench
