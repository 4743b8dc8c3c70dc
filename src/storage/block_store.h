#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

#include <dstream/block.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Per source, the blocks of one batch.
using BatchBlocks = std::vector<std::vector<BlockPtr>>;

/// Received blocks, keyed by batch time, from ALLOC until the batch is done. Bounded by what the
/// sources may hold. Thread-safe; the mutex is a leaf.
class BlockStore {
 public:
  void put(Time batch_time, BatchBlocks blocks);
  /// Adds to the batch of `from` and gives it a later time: intervals run as one.
  void extend(Time from, Time until, BatchBlocks blocks);
  BatchBlocks get(Time batch_time) const;
  void remove(Time batch_time);
  /// Memory held, in bytes.
  std::size_t bytes() const;

 private:
  mutable std::mutex mutex_;
  std::map<Time, BatchBlocks> batches_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
