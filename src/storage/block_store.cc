#include "storage/block_store.h"

namespace dstream {
inline namespace v1 {
namespace detail {

void BlockStore::put(Time batch_time, BatchBlocks blocks) {
  std::lock_guard lock(mutex_);
  batches_[batch_time] = std::move(blocks);
}

void BlockStore::extend(Time from, Time until, BatchBlocks blocks) {
  std::lock_guard lock(mutex_);
  auto batch = batches_.extract(from);
  for (std::size_t s = 0; s < blocks.size(); ++s) {
    auto& all = batch.mapped()[s];
    all.insert(all.end(), blocks[s].begin(), blocks[s].end());
  }
  batch.key() = until;
  batches_.insert(std::move(batch));
}

BatchBlocks BlockStore::get(Time batch_time) const {
  std::lock_guard lock(mutex_);
  return batches_.at(batch_time);
}

void BlockStore::remove(Time batch_time) {
  std::lock_guard lock(mutex_);
  batches_.erase(batch_time);
}

std::size_t BlockStore::bytes() const {
  std::lock_guard lock(mutex_);
  std::size_t total = 0;
  for (const auto& [time, sources] : batches_) {
    for (const auto& blocks : sources) {
      for (const BlockPtr& block : blocks) total += block->bytes();
    }
  }
  return total;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
