#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/box.h>
#include <dstream/detail/input_source.h>
#include <dstream/detail/source_blocks.h>
#include <dstream/export.h>
#include <dstream/owned.h>
#include <dstream/push_result.h>

namespace dstream {
inline namespace v1 {

/// Settings of a queue of collections.
struct QueueOptions {
  /// Whether a batch takes one collection or all that are there.
  bool one_at_a_time = true;
  /// Bytes of collections that wait for a batch; beyond it pushes return PushResult::full.
  std::size_t capacity_bytes = std::size_t{1} << 30;
};

namespace detail {

/// Collections, already at rest, that wait for their batch. All members are thread-safe.
class DSTREAM_EXPORT QueueSource final : public InputSource {
 public:
  explicit QueueSource(const QueueOptions& options);
  ~QueueSource() override;

  PushResult push(std::vector<BlockPtr> blocks);
  void set_default(std::vector<BlockPtr> blocks);
  void close_input();

  void start(SourceHost& host) override;
  void cut(Time from, Time until, std::vector<BlockPtr>& blocks) override;
  bool has_data() const override;
  /// Reached when it is closed and empty; what set_default() gave does not count.
  SourceEnd end() const override;
  void stop() override;

 private:
  struct State;
  const Box<State> state_;
};

DSTREAM_EXPORT std::shared_ptr<QueueSource> make_queue(const QueueOptions& options);

}  // namespace detail

/// The host's end of a stream of collections. Copies are handles of the same queue. All members may
/// be called from any thread at any time; none waits.
template <class T>
class QueueInput {
 public:
  explicit QueueInput(std::shared_ptr<detail::QueueSource> source) : source_(std::move(source)) {}

  /// Queues a collection, which may be empty, for one batch. Returns ok, full, closed or stopped.
  PushResult push(std::vector<T> records) {
    std::vector<detail::BlockPtr> blocks;
    detail::append_blocks<T>(std::move(records), blocks);
    return source_->push(std::move(blocks));
  }

  /// Queues a collection in several blocks, each a partition of its batch.
  PushResult push_blocks(std::vector<std::vector<T>> partitions) {
    std::vector<detail::BlockPtr> blocks;
    for (auto& records : partitions) detail::append_blocks<T>(std::move(records), blocks);
    return source_->push(std::move(blocks));
  }

  /// What a batch takes that finds the queue empty; at first nothing.
  void set_default(std::vector<T> records) {
    std::vector<detail::BlockPtr> blocks;
    detail::append_blocks<T>(std::move(records), blocks);
    source_->set_default(std::move(blocks));
  }

  /// Refuses further collections; what was queued is still processed.
  void close() { source_->close_input(); }

 private:
  std::shared_ptr<detail::QueueSource> source_;
};

namespace detail {

/// A queue: the host's handle and the context's source.
template <class T>
struct QueueParts {
  QueueInput<T> input;
  std::shared_ptr<InputSource> source;
};
template <class T>
QueueParts<T> make_queue_source(const QueueOptions& options) {
  check_retainable<T>();
  auto source = make_queue(options);
  return {QueueInput<T>(source), source};
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
