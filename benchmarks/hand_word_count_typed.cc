#include <dstream/detail/combine_fold.h>
#include <dstream/detail/combine_slice.h>
#include <dstream/detail/fold_loops.h>
#include <dstream/detail/keys.h>
#include <dstream/detail/step.h>
#include <dstream/text.h>

#include "crew.h"
#include "hand_batch.h"
#include "hand_word_count.h"
#include "storage/combine_table.h"
#include "storage/merge_table.h"

namespace dstream::bench {
namespace {

/// What the engine's stages do, without the engine: chunks of words into one combine table, which
/// is scattered by key, merged and turned into owned pairs.
class TypedWordCount {
 public:
  explicit TypedWordCount(int threads) : crew_(threads) {}

  WordCounts operator()(const TextData::Lines& lines) {
    Slice slices[2] = {Slice(*kLoops.entry), Slice(*kLoops.entry)};
    const auto parts = static_cast<std::uint32_t>(crew_.threads());
    crew_.run([&](int worker) {
      const auto [begin, end] = share(lines.size(), worker, crew_.threads());
      count(lines, begin, end, parts, slices[worker]);
    });
    detail::EntrySlice* all[2] = {&slices[0], &slices[1]};
    WordCounts counts(parts);
    crew_.run([&](int worker) {
      const auto part = static_cast<std::uint32_t>(worker);
      merge(std::span<detail::EntrySlice* const>(all, parts), part, counts[part]);
    });
    return counts;
  }

 private:
  using Slice = detail::EntrySlice;
  using Fold = detail::CountFold<std::int64_t>;
  using Count = std::pair<std::string, std::int64_t>;
  static constexpr auto kLoops =
      detail::fold_loops<std::string_view, std::string, detail::RecordAsKey, Fold>();
  static constexpr Fold kFold{};

  class Taker final : public detail::Step {
   public:
    explicit Taker(std::vector<Count>& counts) : counts_(counts) {}
    void process(detail::Chunk chunk) override {
      for (Count& count : chunk.movable_records<Count>()) counts_.push_back(std::move(count));
    }

   private:
    std::vector<Count>& counts_;
  };

  static void count(const TextData::Lines& lines, std::size_t begin, std::size_t end,
                    std::uint32_t parts, Slice& slice) {
    detail::CombineTable table(*kLoops.entry, kDefaultHashSeed);
    const auto keys = detail::RecordAsKey().source<std::string_view>();
    const auto splitter = split(' ');
    std::vector<std::string_view> words(detail::chunk_capacity<std::string_view>());
    std::size_t used = 0;
    const auto pass_on = [&] {
      table.add(keys, {kLoops, &kFold}, words.data(), used);
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

  static void merge(std::span<detail::EntrySlice* const> slices, std::uint32_t part,
                    std::vector<Count>& counts) {
    detail::MergeTable table(*kLoops.entry, *kLoops.result);
    std::size_t most = 0;
    for (const detail::EntrySlice* slice : slices) most += slice->size(part);
    counts.reserve(most);
    Taker taker(counts);
    table.merge({kLoops, &kFold}, slices, part, taker);
  }

  Crew crew_;
};

}  // namespace

std::unique_ptr<Runner> hand_word_count_typed(const TextData& data, int threads) {
  return hand_runner<TypedWordCount>(data.lines, threads);
}

}  // namespace dstream::bench
