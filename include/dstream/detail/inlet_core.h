#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include <dstream/detail/arrival_gate.h>
#include <dstream/detail/box.h>
#include <dstream/export.h>
#include <dstream/push_result.h>

namespace dstream {
inline namespace v1 {

namespace detail {

class InletCore;

/// A fixed run of slots that one thread fills in order. Everything but the records is guarded by
/// the core's mutex.
struct InletSegment {
  std::byte* records = nullptr;
  std::uint64_t first = 0;       ///< sequence number, within its producer, of the record in slot 0
  std::size_t heap_bytes = 0;    ///< what the records own outside of the segment; set at retirement
  std::uint32_t count = 0;       ///< records in it; set at retirement
  std::uint32_t references = 0;  ///< its producer and the blocks that show parts of it
  bool retired = false;          ///< nothing will be added
  InletSegment* next = nullptr;  ///< in the pool, or on the way to it
};

/// One thread's side of an inlet. The first part belongs to that thread (`busy` and `published` are
/// read by others), the second is guarded by the core's mutex.
struct alignas(64) InletProducer {
  std::byte* next = nullptr;                ///< slot of the next record
  std::byte* end = nullptr;                 ///< end of the segment's slots
  std::size_t heap_bytes = 0;               ///< owned by the records of the segment
  std::atomic<std::uint64_t> published{0};  ///< records that the consumer may read
  std::atomic<bool> busy{false};            ///< between the look at the flags and `published`

  alignas(64) std::uint64_t taken = 0;  ///< records that were cut into blocks
  std::vector<InletSegment*> segments;  ///< not taken whole, in order
  InletSegment* current = nullptr;      ///< being filled; null before the first push and when full
  bool alive = true;                    ///< its thread lives
};

/// Remembers the producers that a thread used last. Ids are never used twice, so an entry whose
/// inlet is gone is never found again.
struct InletCacheEntry {
  std::uint64_t id = 0;
  InletProducer* producer = nullptr;
};
inline constexpr std::size_t kInletCacheSize = 8;
DSTREAM_EXPORT inline constinit thread_local InletCacheEntry inlet_cache[kInletCacheSize] = {};

/// Part of a segment that a block shows.
struct InletRun {
  InletSegment* segment;
  std::uint32_t begin;
  std::uint32_t count;
};

/// What an inlet is apart from the type of its records: producers, segments, the bound, and the way
/// to the context. Kept alive by handles, source and blocks.
///
/// Bound: segments that are full and not yet given back (a batch may still read them) take at most
/// `capacity_bytes`; on top of it each live producer thread has the one segment that it fills, of
/// at most 1/16 of the capacity, at most 64 KiB, and at least one record, plus as much again where
/// records own heap memory.
class DSTREAM_EXPORT InletCore : public std::enable_shared_from_this<InletCore> {
 public:
  struct Layout {
    std::size_t record_size;
    std::size_t record_alignment;
    void (*destroy)(void* records, std::size_t count);  ///< null: nothing to do
  };
  enum Flag : std::uint32_t { kClosed = 1, kStopped = 2, kArrivals = 4 };

  InletCore(Layout layout, std::size_t capacity_bytes);
  ~InletCore();
  InletCore(const InletCore&) = delete;
  InletCore& operator=(const InletCore&) = delete;

  // Producers.

  /// The calling thread's producer; null where the thread is at its end.
  InletProducer* producer() {
    const InletCacheEntry& entry = inlet_cache[id_ % kInletCacheSize];
    return entry.id == id_ ? entry.producer : attach();
  }
  std::uint32_t flags() const { return flags_.load(std::memory_order_seq_cst); }
  bool fenced() const { return fenced_; }
  std::size_t segment_bytes() const { return segment_bytes_; }
  /// Gives a producer whose segment is full the next one. With `wait`, blocks until there is
  /// room; `stop` may be null.
  PushResult make_room(InletProducer& producer, bool wait, const std::stop_token* stop);
  /// Called after each push while kArrivals is set.
  void note_push() {
    if (armed_.load(std::memory_order_seq_cst)) announce();
  }
  void close();
  static PushResult refusal(std::uint32_t flags) {
    return (flags & kClosed) != 0 ? PushResult::closed : PushResult::stopped;
  }

  // The context.

  void start(SourceHost& host);
  /// Every push that returned ok before is in what take() finds afterwards; later ones are refused.
  void stop();
  /// The context is gone: handles report closed.
  void abandon();
  bool has_data() const;
  bool closed() const { return (flags() & (kClosed | kStopped)) != 0; }
  bool arm_arrival();
  /// Moves what is published and not taken to `runs`: producer by producer in the order of their
  /// first push. Each run holds a reference to its segment.
  void take(std::vector<InletRun>& runs);
  /// Gives references back.
  void release(const InletRun* runs, std::size_t count) noexcept;

 private:
  friend struct ThreadInlets;

  InletProducer* attach();
  void detach(InletProducer& producer) noexcept;
  void announce();
  /// Waits until every push that may have missed a change of the flags has published.
  void quiesce();
  bool has_data_locked() const;
  bool has_room() const;
  void begin_segment(InletProducer& producer);
  void retire(InletProducer& producer);
  void take_from(InletProducer& producer, std::vector<InletRun>& runs, InletSegment*& unused);
  /// Adds a segment that nobody has any more to the list `unused`.
  static void unreference(InletSegment& segment, InletSegment*& unused) noexcept;
  void recycle(InletSegment* unused) noexcept;
  InletSegment* make_segment();
  void free_segment(InletSegment* segment) noexcept;
  void raise_flag(Flag flag);

  // Read by every push.
  const std::uint64_t id_;
  std::atomic<std::uint32_t> flags_{0};
  std::atomic<bool> armed_{false};
  const bool fenced_;  ///< producers must order `busy` before the flags themselves
  const Layout layout_;
  const std::size_t capacity_bytes_;
  const std::uint32_t segment_records_;
  const std::size_t segment_bytes_;

  alignas(64) mutable std::mutex mutex_;
  std::condition_variable_any room_;
  std::vector<Box<InletProducer>> producers_;
  InletSegment* pool_ =
      nullptr;  ///< unused segments, kept for the life of the inlet; within the bound
  std::size_t retired_bytes_ = 0;  ///< of full segments that are not given back

  ArrivalGate gate_;
};

/// Marks a producer as between its look at the flags and the publication of its record.
class InletBusy {
 public:
  InletBusy(InletProducer& producer, bool fenced) : producer_(producer) {
    if (fenced) {
      producer.busy.store(true, std::memory_order_seq_cst);
    } else {
      // The other side runs process_barrier(); here only the compiler must keep the order.
      producer.busy.store(true, std::memory_order_relaxed);
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
  }
  ~InletBusy() { producer_.busy.store(false, std::memory_order_release); }
  InletBusy(const InletBusy&) = delete;
  InletBusy& operator=(const InletBusy&) = delete;

 private:
  InletProducer& producer_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
