#include "dstream/queue_source.h"

#include <mutex>
#include <utility>

#include "dstream/detail/arrival_gate.h"
#include "dstream/detail/fifo.h"

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

struct QueueSource::State {
  const QueueOptions options;
  mutable std::mutex mutex = {};
  Fifo<std::vector<BlockPtr>> queue = {};
  std::vector<BlockPtr> by_default = {};
  std::size_t queued_bytes = 0;
  bool closed = false;
  bool stopped = false;
  ArrivalGate gate = {};
};

QueueSource::QueueSource(const QueueOptions& options) : state_(new State{options}) {}

std::shared_ptr<QueueSource> make_queue(const QueueOptions& options) {
  return std::make_shared<QueueSource>(options);
}

QueueSource::~QueueSource() = default;

PushResult QueueSource::push(std::vector<BlockPtr> blocks) {
  const std::size_t bytes = bytes_of(blocks);
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->closed) return PushResult::closed;
    if (state_->stopped) return PushResult::stopped;
    // A collection beyond the bound passes alone.
    if (state_->queued_bytes != 0 &&
        state_->queued_bytes + bytes > state_->options.capacity_bytes) {
      return PushResult::full;
    }
    state_->queue.emplace_back(std::move(blocks));
    state_->queued_bytes += bytes;
  }
  state_->gate.announce();
  return PushResult::ok;
}

void QueueSource::set_default(std::vector<BlockPtr> blocks) {
  const std::lock_guard lock(state_->mutex);
  state_->by_default = std::move(blocks);
}

void QueueSource::close_input() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
}

void QueueSource::start(SourceHost& host) {
  if (host.wants_arrivals()) state_->gate.open(host);
}

void QueueSource::cut(Time, Time, std::vector<BlockPtr>& blocks) {
  const std::lock_guard lock(state_->mutex);
  if (state_->queue.empty()) {
    // Nothing more will come after stop(), so that a drain ends.
    if (!state_->stopped)
      blocks.insert(blocks.end(), state_->by_default.begin(), state_->by_default.end());
    return;
  }
  do {
    const std::vector<BlockPtr> next = state_->queue.pop_front();
    state_->queued_bytes -= bytes_of(next);
    blocks.insert(blocks.end(), next.begin(), next.end());
  } while (!state_->options.one_at_a_time && !state_->queue.empty());
}

bool QueueSource::has_data() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->queue.empty();
}

SourceEnd QueueSource::end() const {
  const std::lock_guard lock(state_->mutex);
  if (!state_->queue.empty()) return SourceEnd::ahead;
  return state_->closed || state_->stopped ? SourceEnd::reached : SourceEnd::open;
}

void QueueSource::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
  }
  state_->gate.close();
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
