#include "runtime/kept_streams.h"

#include <algorithm>

#include <fmt/format.h>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// Levels that do more than hold on to what is there need a thread that may block.
bool needs_preparation(StorageLevel level) { return level != StorageLevel::memory; }

/// Does what may fail or block: copies, files.
class PrepareOutput final : public OutputOperation {
 public:
  explicit PrepareOutput(std::shared_ptr<KeptStream> stream)
      : OutputOperation(OutputPhase::driver), stream_(std::move(stream)) {}
  void run(JobRunner&, std::vector<BlockPtr> blocks, const BatchInfo& info) override {
    stream_->prepare(info.batch_time, std::move(blocks));
  }

 private:
  const std::shared_ptr<KeptStream> stream_;
};

class KeepOutput final : public OutputOperation {
 public:
  explicit KeepOutput(std::shared_ptr<KeptStream> stream)
      : OutputOperation(OutputPhase::publish), stream_(std::move(stream)) {}
  void publish(std::vector<BlockPtr> blocks, const BatchInfo& info) override {
    stream_->commit(info.batch_time, std::move(blocks));
  }

 private:
  const std::shared_ptr<KeptStream> stream_;
};

/// A batch that slice() gave.
class KeptBatch final : public BlockProvider {
 public:
  explicit KeptBatch(CachedBlocksPtr kept) : kept_(std::move(kept)) {}
  std::vector<BlockPtr> blocks(JobRunner&) override { return kept_->read(); }

 private:
  const CachedBlocksPtr kept_;
};

std::shared_ptr<OutputNode> output_of(const KeptStream& stream,
                                      std::shared_ptr<OutputOperation> operation) {
  const KeepRequest& request = stream.request();
  return make_output_node(request.origin, request.node->element_type, request.node,
                          std::move(operation), request.collector);
}

}  // namespace

KeptStream::KeptStream(std::shared_ptr<BlockCache> cache, const KeepRequest& request)
    : cache_(std::move(cache)), request_(request) {}

void KeptStream::prepare(Time batch_time, std::vector<BlockPtr> blocks) {
  std::vector<CachedBlocksPtr> forgotten;
  CachedBlocksPtr replaced;  // a failed attempt's
  CachedBlocksPtr kept = cache_->put(spec(), std::move(blocks));
  {
    const std::lock_guard lock(mutex_);
    forgotten.swap(forgotten_);
    replaced = std::exchange(prepared_, {batch_time, std::move(kept)}).second;
  }
  replaced.reset();
  forgotten.clear();
  if (uses_disk(request_.level)) cache_->make_room();
}

void KeptStream::commit(Time batch_time, std::vector<BlockPtr> blocks) {
  CachedBlocksPtr kept;
  std::vector<CachedBlocksPtr> freed;  // without the lock
  if (!needs_preparation(request_.level)) kept = cache_->put(spec(), std::move(blocks));
  const std::lock_guard lock(mutex_);
  if (!kept) kept = std::exchange(prepared_, {}).second;
  batches_[batch_time] = std::move(kept);
  const auto end = batches_.upper_bound(batch_time - remember_);
  std::vector<CachedBlocksPtr>& old = uses_disk(request_.level) ? forgotten_ : freed;
  for (auto batch = batches_.begin(); batch != end; ++batch)
    old.push_back(std::move(batch->second));
  batches_.erase(batches_.begin(), end);
}

std::vector<std::pair<Time, std::shared_ptr<BlockProvider>>> KeptStream::slice(Time from,
                                                                               Time until) const {
  std::vector<std::pair<Time, std::shared_ptr<BlockProvider>>> found;
  const std::lock_guard lock(mutex_);
  for (auto batch = batches_.lower_bound(from); batch != batches_.end() && batch->first <= until;
       ++batch) {
    found.emplace_back(batch->first, std::make_shared<KeptBatch>(batch->second));
  }
  return found;
}

void KeptStream::close() {
  std::map<Time, CachedBlocksPtr> batches;
  std::pair<Time, CachedBlocksPtr> prepared;
  std::vector<CachedBlocksPtr> forgotten;
  const std::lock_guard lock(mutex_);
  batches.swap(batches_);
  prepared.swap(prepared_);
  forgotten.swap(forgotten_);
}

void check_storage_level(const KeepRequest& request, const BlockCache& cache,
                         std::uint32_t executors) {
  const ErrorContext where{request.origin.operation, request.origin.where, {}, {}};
  const PlanNode& node = *request.node;
  const std::string name = node.name.empty() ? node.origin.operation : node.name;
  if (copies_of(request.level) > executors) {
    throw Error(Errc::invalid_argument,
                fmt::format("a storage level with a copy on a second executor was asked for the "
                            "result of {}, but the context has one executor; set "
                            "Options::executors to 2 or more, or use a level without a copy",
                            name),
                where);
  }
  if (!uses_disk(request.level)) return;
  if (!request.format->has_codec()) {
    throw Error(Errc::missing_codec,
                fmt::format("the result of {} may be kept on disk, but its records of type {} have "
                            "no codec; make the type a plain struct of types that have one, "
                            "specialise dstream::Codec for it, or use a level without a disk",
                            name, request.format->type),
                where);
  }
  if (!cache.has_directory()) {
    throw Error(Errc::invalid_argument,
                fmt::format("the result of {} may be kept on disk, but there is no directory for "
                            "its files; set Options::cache_directory",
                            name),
                where);
  }
  cache.make_directory();
}

void KeptStreams::add(std::shared_ptr<BlockCache> cache, const KeepRequest& request) {
  if (const auto kept = find(request.node)) {
    if (kept->request().level == request.level) return;
    throw Error(Errc::invalid_argument,
                "the stream is persisted already, with another storage level; persist it once",
                {request.origin.operation, request.origin.where, {}, {}});
  }
  streams_.push_back(std::make_shared<KeptStream>(std::move(cache), request));
}

void KeptStreams::remember(Duration duration) { remember_ = std::max(remember_, duration); }

void KeptStreams::check(std::uint32_t executors) const {
  for (const auto& stream : streams_) {
    check_storage_level(stream->request(), stream->cache(), executors);
  }
}

std::vector<std::shared_ptr<OutputNode>> KeptStreams::outputs(Duration batch_interval) {
  std::vector<std::shared_ptr<OutputNode>> nodes;
  for (const auto& stream : streams_) {
    stream->remember(std::max(remember_, batch_interval));
    if (needs_preparation(stream->request().level)) {
      nodes.push_back(output_of(*stream, std::make_shared<PrepareOutput>(stream)));
    }
    nodes.push_back(output_of(*stream, std::make_shared<KeepOutput>(stream)));
  }
  return nodes;
}

std::shared_ptr<KeptStream> KeptStreams::find(const PlanNodePtr& node) const {
  const auto found = std::find_if(streams_.begin(), streams_.end(), [&](const auto& stream) {
    return stream->request().node == node;
  });
  return found == streams_.end() ? nullptr : *found;
}

void KeptStreams::close() {
  for (const auto& stream : streams_) stream->close();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
