#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <dstream/detail/plan_node.h>

#include "storage/block_cache.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// What a persisted Rdd is read from. The first job that needs it computes it, others wait
/// meanwhile; where its files are damaged it is computed again.
class CachedRdd final : public BlockProvider {
 public:
  CachedRdd(std::shared_ptr<BlockCache> cache, const KeepRequest& request);
  std::vector<BlockPtr> blocks(JobRunner& jobs) override;
  PlanNodePtr plan() const override { return request_.node; }

 private:
  const std::shared_ptr<BlockCache> cache_;
  const KeepRequest request_;
  std::mutex mutex_;  // held while the records are computed: by threads of drivers and hosts only
  CachedBlocksPtr kept_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
