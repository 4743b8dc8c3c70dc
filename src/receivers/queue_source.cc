#include "dstream/queue_source.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

std::size_t bytes_of(const std::vector<BlockPtr>& blocks) {
  std::size_t bytes = 0;
  for (const BlockPtr& block : blocks) bytes += block->bytes();
  return bytes;
}

}  // namespace

QueueSource::QueueSource(const QueueOptions& options) : options_(options) {}

QueueSource::~QueueSource() = default;

PushResult QueueSource::push(std::vector<BlockPtr> blocks) {
  const std::size_t bytes = bytes_of(blocks);
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return PushResult::closed;
    if (stopped_) return PushResult::stopped;
    // A collection beyond the bound passes alone.
    if (queued_bytes_ != 0 && queued_bytes_ + bytes > options_.capacity_bytes) {
      return PushResult::full;
    }
    queue_.emplace_back(std::move(blocks));
    queued_bytes_ += bytes;
  }
  gate_.announce();
  return PushResult::ok;
}

void QueueSource::set_default(std::vector<BlockPtr> blocks) {
  const std::lock_guard lock(mutex_);
  default_ = std::move(blocks);
}

void QueueSource::close_input() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void QueueSource::start(SourceHost& host) {
  if (host.wants_arrivals()) gate_.open(host);
}

void QueueSource::cut(Time, Time, std::vector<BlockPtr>& blocks) {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) {
    // Nothing more will come after stop(), so that a drain ends.
    if (!stopped_) blocks.insert(blocks.end(), default_.begin(), default_.end());
    return;
  }
  do {
    const std::vector<BlockPtr> next = queue_.pop_front();
    queued_bytes_ -= bytes_of(next);
    blocks.insert(blocks.end(), next.begin(), next.end());
  } while (!options_.one_at_a_time && !queue_.empty());
}

bool QueueSource::has_data() const {
  const std::lock_guard lock(mutex_);
  return !queue_.empty();
}

SourceEnd QueueSource::end() const {
  const std::lock_guard lock(mutex_);
  if (!queue_.empty()) return SourceEnd::ahead;
  return closed_ || stopped_ ? SourceEnd::reached : SourceEnd::open;
}

void QueueSource::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  gate_.close();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
