#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <dstream/detail/plan_node.h>
#include <dstream/time.h>

#include "storage/block_cache.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// A persisted stream and its batches. Thread-safe.
class KeptStream {
 public:
  KeptStream(std::shared_ptr<BlockCache> cache, const KeepRequest& request);

  const KeepRequest& request() const { return request_; }
  const BlockCache& cache() const { return *cache_; }
  /// How long a batch is kept; before the start.
  void remember(Duration remember) { remember_ = remember; }

  /// On a driver thread, before the batch's COMMIT: makes copies, and room in memory. Throws.
  void prepare(Time batch_time, std::vector<BlockPtr> blocks);
  /// After the COMMIT: the batch is there to be sliced, those that are too old are forgotten.
  void commit(Time batch_time, std::vector<BlockPtr> blocks);
  /// The batches whose times are in [from, until], oldest first.
  std::vector<std::pair<Time, std::shared_ptr<BlockProvider>>> slice(Time from, Time until) const;
  void close();

 private:
  CacheSpec spec() const { return {request_.level, request_.collector, request_.format}; }

  const std::shared_ptr<BlockCache> cache_;
  const KeepRequest request_;
  Duration remember_{0};
  mutable std::mutex mutex_;  // leaf; guards all below
  std::map<Time, CachedBlocksPtr> batches_;
  std::pair<Time, CachedBlocksPtr> prepared_;
  std::vector<CachedBlocksPtr> forgotten_;  // with files, which a driver thread removes
};

/// The persisted streams of a context. The plan is built in one thread; slice() is thread-safe.
class KeptStreams {
 public:
  void add(std::shared_ptr<BlockCache> cache, const KeepRequest& request);
  /// Asks for batches to be kept at least as long.
  void remember(Duration duration);
  bool empty() const { return streams_.empty(); }

  /// Before the start: what each stream needs that it cannot have. Throws Error.
  void check(std::uint32_t executors) const;
  /// What has to take part in every batch. Fixes how long batches are kept.
  std::vector<std::shared_ptr<OutputNode>> outputs(Duration batch_interval);
  /// Null where the node is not persisted.
  std::shared_ptr<KeptStream> find(const PlanNodePtr& node) const;
  void close();

 private:
  Duration remember_{0};
  std::vector<std::shared_ptr<KeptStream>> streams_;
};

/// Throws Error{Errc::invalid_argument} or {Errc::missing_codec} where the level cannot be had.
void check_storage_level(const KeepRequest& request, const BlockCache& cache,
                         std::uint32_t executors);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
