#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/box.h>
#include <dstream/detail/durations.h>
#include <dstream/detail/input_source.h>
#include <dstream/memory_bytes.h>
#include <dstream/options.h>
#include <dstream/push_result.h>
#include <dstream/receiver_position.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// A block that is being filled, without its type.
class DSTREAM_EXPORT OpenBlock {
 public:
  virtual ~OpenBlock();
  virtual std::size_t size() const = 0;
  /// Memory held, with what the records hold on the heap.
  virtual std::size_t bytes() const = 0;
  /// The block of what is there; empty afterwards.
  virtual BlockPtr finish() = 0;
  /// Gives memory back that is kept for later; called while nothing comes.
  virtual void release_memory();
};

template <class T>
class TypedOpenBlock final : public OpenBlock {
 public:
  template <class U>
  void append(U&& record) {
    if constexpr (!std::is_trivially_copyable_v<Owned<T>>) heap_bytes_ += owned_bytes(record);
    builder_.append(std::forward<U>(record));
  }
  std::size_t size() const override { return builder_.size(); }
  std::size_t bytes() const override { return builder_.bytes() + heap_bytes_; }
  BlockPtr finish() override {
    heap_bytes_ = 0;
    return builder_.finish();
  }

 private:
  BlockBuilder<T> builder_;
  std::size_t heap_bytes_ = 0;
};

/// Text: blocks take over the memory of earlier ones.
template <>
class DSTREAM_EXPORT TypedOpenBlock<std::string_view> final : public OpenBlock {
 public:
  TypedOpenBlock();
  ~TypedOpenBlock() override;
  void append(std::string_view record) {
    if (builder_.size() == kReserveAt) reserve_as_before();
    builder_.append(record);
  }
  /// See BlockBuilder<std::string_view>.
  TakenLines append_lines(std::string_view text, std::size_t max_line_bytes);
  std::size_t size() const override;
  std::size_t bytes() const override;
  BlockPtr finish() override;
  void release_memory() override;

 private:
  /// Records and bytes after which a block is taken to become as large as the one before: growing
  /// from there copies nothing.
  static constexpr std::size_t kReserveAt = 512;
  static constexpr std::size_t kReserveAtBytes = std::size_t{32} << 10;

  void reserve_as_before();

  const std::shared_ptr<TextPool> pool_;
  BlockBuilder<std::string_view> builder_;
  std::size_t last_records_ = 0;  // of the block before
  std::size_t last_bytes_ = 0;
};

/// Cuts what a receiver stores into blocks, and holds them until a batch takes them. A block ends
/// after the block interval, at 1 MiB, and where a batch is cut. All members are thread-safe. Records
/// come either by write(), from one thread, or by store() and store_blocks().
///
/// Bound: what no batch has taken, or a batch still reads, takes at most the capacity and one
/// further write, and up to as much again that growing blocks have in reserve. Owned by its source
/// and, for a custom receiver, by the receiver.
class DSTREAM_EXPORT BlockGenerator {
 public:
  static constexpr std::size_t kMaxPositions = 4096;
  struct Settings {
    std::size_t capacity_bytes = std::size_t{64} << 20;
    Duration block_interval = std::chrono::milliseconds(200);
    std::int64_t max_rate = kUnlimitedRate;  ///< Tunables::receiver_max_rate
  };
  explicit BlockGenerator(Box<OpenBlock> open);
  BlockGenerator(Box<OpenBlock> open, Settings settings);
  ~BlockGenerator();

  // The receiving side.

  /// Waits until less than the capacity is held and the rate allows more; false once closed.
  bool await_room();
  /// Calls `fill(OpenBlock&)` with the block that is being filled; waits for nothing. No lock is held
  /// meanwhile: a batch that is cut then leaves this block to the next one, however long it takes.
  template <class Fill>
  void write(Fill&& fill) {
    write_with(&call<std::remove_reference_t<Fill>>, &fill);
  }
  /// Waits for room and the rate, then fills with a lock held; `position` may be null. Returns ok,
  /// closed or stopped.
  template <class Fill>
  PushResult store(Fill&& fill, const ReceiverPosition* position) {
    return store_with(&call<std::remove_reference_t<Fill>>, &fill, position);
  }
  /// Waits as store() does, then adds finished blocks, which a position may cover.
  PushResult store_blocks(std::vector<BlockPtr> blocks, const ReceiverPosition* position);
  /// While set, a store() that finds no room returns `stopped` instead of waiting.
  void set_impatient(bool impatient);
  void set_limits(std::size_t capacity_bytes, std::int64_t max_rate);

  // The context's side.

  /// For the time after start().
  void configure(Settings settings);
  void start(SourceHost& host);
  /// Refuses further data; waits for calls to the host that are under way.
  void close();
  void cut(Time until, std::vector<BlockPtr>& blocks);
  bool has_data() const;
  bool arm_arrival();
  std::size_t held_bytes() const;
  std::uint64_t records() const;
  std::uint64_t refused() const;
  /// The positions of the cut up to `until`, for people; at most a few of them by name.
  std::string describe(Time until) const;
  /// Positions of all cuts up to `until`, which are committed now; forgets them.
  std::vector<ReceiverPosition> take_committed(Time until);
  /// Positions of blocks that were finished since the last call. While kMaxPositions wait for it,
  /// store() waits.
  std::vector<ReceiverPosition> take_stored();
  bool any_stored() const;

 private:
  struct Shared;
  struct State;
  using Filler = void (*)(const void* fill, OpenBlock& block);

  template <class Fill>
  static void call(const void* fill, OpenBlock& block) {
    (*static_cast<Fill*>(const_cast<void*>(fill)))(block);
  }
  void write_with(Filler filler, const void* fill);
  PushResult store_with(Filler filler, const void* fill, const ReceiverPosition* position);

  const Box<State> state_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
