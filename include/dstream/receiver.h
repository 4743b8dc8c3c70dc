#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/receiver_link.h>
#include <dstream/detail/source_blocks.h>
#include <dstream/push_result.h>
#include <dstream/receiver_position.h>

namespace dstream {
inline namespace v1 {

/// What a Receiver<T> is apart from its record type.
class DSTREAM_EXPORT ReceiverBase {
 public:
  virtual ~ReceiverBase();
  ReceiverBase(const ReceiverBase&) = delete;
  ReceiverBase& operator=(const ReceiverBase&) = delete;

  // ---- what a receiver implements ----------------------------------------------------------
  // Called by the receiver's supervisor, on one thread that is its own, one call at a time.

  /// Begins to receive: opens connections, starts threads of its own, and returns soon. What it
  /// throws is an error of the receiver, and on_start is called again after a growing pause.
  virtual void on_start() = 0;
  /// Ends what on_start began and joins its threads; a store() that waits has returned or returns
  /// with PushResult::stopped. Called once for each on_start that returned.
  virtual void on_stop() = 0;
  /// The block that holds the records of this position is finished and in the hands of the batch
  /// side. Neighbouring positions may come as one.
  virtual void on_stored(const ReceiverPosition&) {}
  /// The batch that holds the records of this position is committed: a reliable receiver tells
  /// its origin now. Also called after on_stop(), for what was stored before. Must not store.
  virtual void on_committed(const ReceiverPosition&) {}
  /// The executor that the receiver would like to be near to; shown in ReceiverInfo, a hint only:
  /// all executors share one block store.
  virtual std::optional<std::uint32_t> preferred_executor() const { return std::nullopt; }

  // ---- what a receiver may call, from any thread at any time ---------------------------------

  /// Tells listeners of an error that the receiver lives with.
  void report_error(std::string message);
  /// Stops and starts again: on_stop, a pause (Tunables::receiver_restart_delay if none is given),
  /// on_start. Returns at once; a second call before the restart is done does nothing.
  void restart(std::string message);
  void restart(std::string message, Duration delay);
  /// Ends the receiver for good; what it stored is processed, the context goes on. Returns at once.
  void stop(std::string message);

  bool is_started() const;
  /// Whether the receiver has stopped or is about to, be it for a restart: threads of the receiver
  /// end when they see it.
  bool is_stopped() const;
  /// The stream's number, in order of definition.
  std::uint32_t stream_id() const;

  // For the library.
  const std::shared_ptr<detail::ReceiverLink>& link() const { return link_; }

 protected:
  explicit ReceiverBase(detail::Box<detail::OpenBlock> block);

 private:
  std::shared_ptr<detail::ReceiverLink> link_;
};

/// A source of one's own, as a class: it receives on threads of its own and stores records, which
/// the next batch takes. Hand it to StreamingContext::receiver_stream(); N receivers in parallel
/// are N streams and their union.
///
///     class Numbers final : public dstream::Receiver<int> {
///       void on_start() override { thread_ = std::thread([this] { receive(); }); }
///       void on_stop() override { thread_.join(); }
///       void receive() { for (int i = 0; !is_stopped(); ++i) store(i); }
///       std::thread thread_;
///     };
///
/// Unreliable: store record by record; what is buffered when the process ends is lost. Reliable: the
/// origin keeps a record until it is acknowledged. Give each store() a position, acknowledge in
/// on_committed(): then every record is processed at least once, whatever happens in between.
/// Acknowledging after store_block() has returned (or in on_stored()) is for origins that cannot wait
/// for a batch: it protects against a receiver that fails, not against the end of the process.
///
/// What is stored and not yet given back by batches is bounded by Tunables::receiver_capacity_bytes
/// (4 096 positions that on_stored() has not been told of, too); beyond it stores wait, which holds
/// the origin back. Storing is thread-safe; records of one thread keep their order.
template <class T>
class Receiver : public ReceiverBase {
 public:
  using Record = T;

  Receiver() : ReceiverBase(detail::Box<detail::OpenBlock>(new detail::TypedOpenBlock<T>())) {
    detail::check_retainable<T>();
  }

  /// Buffers one record in the block that is being filled; waits for room. Returns ok; stopped once
  /// the receiver has stopped and closed before it was started, and then the record was not taken,
  /// which ReceiverStatus::refused_records counts. Throws what copying the record throws.
  template <class U = T>
  PushResult store(U&& record) {
    return put(std::forward<U>(record), nullptr);
  }
  /// The same for a record whose place in its origin is `position`.
  template <class U = T>
  PushResult store(U&& record, const ReceiverPosition& position) {
    return put(std::forward<U>(record), &position);
  }

  /// Stores records as a block of their own and returns when the batch side has it, all or nothing.
  /// Waits for room; results as with store().
  PushResult store_block(std::vector<T> records) { return put_block(std::move(records), nullptr); }
  PushResult store_block(std::vector<T> records, const ReceiverPosition& position) {
    return put_block(std::move(records), &position);
  }
  /// The same for a block that the receiver has built itself.
  PushResult store_block(BlockBuilder<T> block) { return put_built(std::move(block), nullptr); }
  PushResult store_block(BlockBuilder<T> block, const ReceiverPosition& position) {
    return put_built(std::move(block), &position);
  }

 private:
  template <class U>
  PushResult put(U&& record, const ReceiverPosition* position) {
    constexpr bool kFits = std::is_convertible_v<U&&, T>;
    static_assert(kFits, "store: the record must convert to the T of the receiver's Receiver<T>");
    if constexpr (kFits) {
      const PushResult result = link()->blocks().store(
          [&](detail::OpenBlock& block) {
            auto& typed = static_cast<detail::TypedOpenBlock<T>&>(block);
            if constexpr (std::is_same_v<std::remove_cvref_t<U>, T>) {
              typed.append(std::forward<U>(record));
            } else {
              typed.append(static_cast<T>(std::forward<U>(record)));
            }
          },
          position);
      if (position != nullptr) link()->note_stored();
      return result;
    }
  }
  PushResult put_block(std::vector<T> records, const ReceiverPosition* position) {
    std::vector<detail::BlockPtr> blocks;
    detail::append_blocks<T>(std::move(records), blocks);
    return put_blocks(std::move(blocks), position);
  }
  PushResult put_built(BlockBuilder<T> block, const ReceiverPosition* position) {
    std::vector<detail::BlockPtr> blocks;
    blocks.push_back(block.finish());
    return put_blocks(std::move(blocks), position);
  }
  PushResult put_blocks(std::vector<detail::BlockPtr> blocks, const ReceiverPosition* position) {
    const PushResult result = link()->blocks().store_blocks(std::move(blocks), position);
    if (position != nullptr) link()->note_stored();
    return result;
  }
};

}  // namespace v1
}  // namespace dstream
