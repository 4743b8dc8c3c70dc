#include "runtime/cached_rdd.h"

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

CachedRdd::CachedRdd(std::shared_ptr<BlockCache> cache, const KeepRequest& request)
    : cache_(std::move(cache)), request_(request) {}

std::vector<BlockPtr> CachedRdd::blocks(JobRunner& jobs) {
  const std::lock_guard lock(mutex_);
  if (kept_) {
    try {
      return kept_->read();
    } catch (const Error& error) {
      if (error.code() != Errc::corrupt_data && error.code() != Errc::io) throw;
      kept_.reset();
    }
  }
  std::vector<BlockPtr> blocks = jobs.run_job(request_.node, request_.collector);
  kept_ = cache_->put({request_.level, request_.collector, request_.format}, blocks);
  if (uses_disk(request_.level)) cache_->make_room();
  return blocks;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
