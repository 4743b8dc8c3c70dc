#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <dstream/detail/keyed_exchange.h>
#include <dstream/error.h>

#include "base/what_of.h"
#include "plan/keyed_slice.h"
#include "storage/combine_table.h"
#include "storage/merge_table.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

std::uint32_t partition_by(const void* context, const void* key, std::uint32_t partitions) {
  return static_cast<const KeyPartitions*>(context)->partition_of(key, partitions);
}

/// What the tasks of a shuffle by key share.
struct KeyedWork {
  KeyedWork(const FoldLoops& the_loops, KeySource the_keys, std::shared_ptr<const void> the_fold,
            KeyPartitions the_partitions)
      : loops(the_loops),
        keys(std::move(the_keys)),
        fold(std::move(the_fold)),
        partitions(std::move(the_partitions)),
        pool(*loops.entry) {}

  BoundFold bound() const { return {loops, fold.get()}; }

  const FoldLoops& loops;
  const KeySource keys;
  const std::shared_ptr<const void> fold;
  const KeyPartitions partitions;
  mutable SlicePool pool;
};

/// Makes entries of the slice's records, one for each key.
class KeyedWriter final : public Terminal {
 public:
  KeyedWriter(const KeyedWork& work, const ExchangeSettings& settings)
      : work_(work),
        count_(work.partitions.counted(settings)),
        table_(*work.loops.entry, settings.hash_seed) {}

  void process(Chunk chunk) override {
    table_.add(work_.keys, work_.bound(), chunk.data, chunk.size);
  }
  void reset() noexcept override { table_.clear(); }
  SliceOutputPtr take() override {
    auto output = work_.pool.take();
    const KeyPartitioner by{&partition_by, &work_.partitions};
    table_.scatter(count_, output->slice, work_.partitions.function ? &by : nullptr);
    return output;
  }
  std::size_t bytes() const override { return table_.bytes(); }

 private:
  const KeyedWork& work_;
  const std::uint32_t count_;
  CombineTable table_;
};

/// Merges a partition and hands on its results.
class KeyedReader final : public ExchangeReader {
 public:
  explicit KeyedReader(const KeyedWork& work)
      : work_(work), table_(*work.loops.entry, *work.loops.result) {}

  void read(std::span<const SliceOutputPtr> outputs, std::uint32_t partition, Step& to) override {
    slices_.clear();
    for (const SliceOutputPtr& output : outputs) {
      if (EntrySlice* const slice = slice_with(output, partition)) slices_.push_back(slice);
    }
    table_.merge(work_.bound(), slices_, partition, to);
  }
  void reset() noexcept override { table_.clear(); }

 private:
  const KeyedWork& work_;
  std::vector<EntrySlice*> slices_;
  MergeTable table_;
};

class KeyedExchange final : public Exchange {
 public:
  KeyedExchange(const FoldLoops& loops, KeySource keys, std::shared_ptr<const void> fold,
                KeyPartitions partitions)
      : work_(loops, std::move(keys), std::move(fold), std::move(partitions)) {}

  std::uint32_t partitions(const ExchangeSettings& settings) const override {
    return work_.partitions.counted(settings);
  }
  TerminalPtr make_writer(const ExchangeSettings& settings) const override {
    return TerminalPtr(new KeyedWriter(work_, settings));
  }
  ReaderPtr make_reader(const ExchangeSettings&) const override {
    return ReaderPtr(new KeyedReader(work_));
  }
  void recycle(SliceOutputPtr output) const override { work_.pool.put_back(std::move(output)); }

 private:
  KeyedWork work_;
};

}  // namespace

std::uint32_t KeyPartitions::partition_of(const void* key, std::uint32_t partitions) const {
  std::int64_t given = -1;
  try {
    given = call(function.get(), key);
  } catch (...) {
    throw Error(Errc::invalid_argument,
                "the function of partition_by must give every key a partition, but it threw: " +
                    what_of(std::current_exception()),
                {origin.operation, origin.where, {}, {}});
  }
  if (given >= 0 && given < std::int64_t{partitions}) return static_cast<std::uint32_t>(given);
  throw Error(Errc::invalid_argument,
              "the function of partition_by returned " + std::to_string(given) +
                  ", but the partitions are 0 to " + std::to_string(partitions - 1),
              {origin.operation, origin.where, {}, {}});
}

std::shared_ptr<const Exchange> make_keyed_exchange(const FoldLoops& loops, KeySource keys,
                                                    std::shared_ptr<const void> fold,
                                                    KeyPartitions partitions) {
  return std::make_shared<KeyedExchange>(loops, std::move(keys), std::move(fold),
                                         std::move(partitions));
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
