#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <dstream/detail/inlet_core.h>
#include <dstream/detail/input_source.h>
#include <dstream/detail/record_array.h>
#include <dstream/export.h>
#include <dstream/memory_bytes.h>
#include <dstream/owned.h>
#include <dstream/push_result.h>

namespace dstream {
inline namespace v1 {

/// Settings of an inlet.
struct InletOptions {
  /// Bytes of pushed records that are held until the batches that read them are done. Beyond it
  /// push() waits. Each producer thread may hold one further segment: at most 1/16 of this, at most
  /// 64 KiB, and at least one record.
  std::size_t capacity_bytes = std::size_t{64} << 20;
  /// Records of a block at most.
  std::size_t block_records = std::size_t{64} << 10;
};

/// The host's end of a stream: threads of the host push records, the next batch takes them.
/// Copies are handles of the same inlet. All members may be called from any thread at any time,
/// also after the context is gone. Records of one thread keep their order. Before the context
/// starts, an inlet buffers up to its bound. A push costs a few nanoseconds: no lock, no
/// allocation, except once per segment. Throws nothing but what copying the record throws, and
/// std::bad_alloc. A push from a destructor that runs when its thread has ended (of a thread_local
/// or static object) returns closed.
template <class T>
class Inlet {
 public:
  explicit Inlet(std::shared_ptr<detail::InletCore> core) : core_(std::move(core)) {}

  /// Adds a record; waits while the inlet is full. Returns ok, closed or stopped.
  PushResult push(const T& record) { return put(record, true, nullptr); }
  PushResult push(T&& record) { return put(std::move(record), true, nullptr); }
  /// The same; a stop request ends the wait with PushResult::stopped.
  PushResult push(const T& record, const std::stop_token& stop) { return put(record, true, &stop); }
  PushResult push(T&& record, const std::stop_token& stop) {
    return put(std::move(record), true, &stop);
  }

  /// Adds a record if there is room. Returns ok, full, closed or stopped, at once. A record that
  /// was not accepted is left as it was.
  PushResult try_push(const T& record) { return put(record, false, nullptr); }
  PushResult try_push(T&& record) { return put(std::move(record), false, nullptr); }

  /// Refuses further records and wakes waiting threads; what was accepted is still processed.
  void close() { core_->close(); }

 private:
  using Stored = Owned<T>;

  template <class U>
  [[gnu::always_inline]] PushResult put(U&& record, bool wait, const std::stop_token* stop) {
    detail::InletCore& core = *core_;
    for (;;) {
      detail::InletProducer* const producer = core.producer();
      if (producer == nullptr) [[unlikely]]
        return PushResult::closed;
      std::uint32_t flags;
      {
        const detail::InletBusy busy(*producer, core.fenced());
        flags = core.flags();
        if ((flags & (detail::InletCore::kClosed | detail::InletCore::kStopped)) != 0)
            [[unlikely]] {
          return detail::InletCore::refusal(flags);
        }
        if (producer->next != producer->end) [[likely]] {
          publish(*producer, std::forward<U>(record), flags);
          if ((flags & detail::InletCore::kArrivals) == 0) [[likely]]
            return PushResult::ok;
        } else {
          flags = 0;
        }
      }
      if (flags != 0) {
        core.note_push();
        return PushResult::ok;
      }
      const PushResult room = core.make_room(*producer, wait, stop);
      if (room != PushResult::ok) return room;
    }
  }

  template <class U>
  [[gnu::always_inline]] void publish(detail::InletProducer& producer, U&& record,
                                      std::uint32_t flags) {
    const Stored* stored;
    if constexpr (std::is_same_v<T, Stored>) {
      stored = ::new (static_cast<void*>(producer.next)) Stored(std::forward<U>(record));
    } else {
      stored = ::new (static_cast<void*>(producer.next)) Stored(own(std::forward<U>(record)));
    }
    static_cast<void>(stored);
    producer.next += sizeof(Stored);
    const std::uint64_t count = producer.published.load(std::memory_order_relaxed) + 1;
    // With the arrival trigger the look at `armed` must come after this store.
    producer.published.store(count, (flags & detail::InletCore::kArrivals) != 0
                                        ? std::memory_order_seq_cst
                                        : std::memory_order_release);
    if constexpr (!std::is_trivially_copyable_v<Stored>) {
      producer.heap_bytes += detail::owned_bytes(*stored);
      // Records with much behind them end their segment early, so that the bound sees them.
      if (producer.heap_bytes >= core_->segment_bytes()) producer.end = producer.next;
    }
  }

  std::shared_ptr<detail::InletCore> core_;
};

namespace detail {

/// The context's end of an inlet, and what both ends share. Throws Error{Errc::invalid_argument} for
/// options of nothing.
struct InletEnds {
  std::shared_ptr<InletCore> core;
  std::shared_ptr<InputSource> source;
};
DSTREAM_EXPORT InletEnds make_inlet_ends(const RecordType& type, const InletOptions& options);

/// An inlet: the host's handle and the context's source.
template <class T>
struct InletParts {
  Inlet<T> inlet;
  std::shared_ptr<InputSource> source;
};
template <class T>
InletParts<T> make_inlet(const InletOptions& options) {
  check_retainable<T>();
  InletEnds ends = make_inlet_ends(kRecordType<T>, options);
  return {Inlet<T>(std::move(ends.core)), std::move(ends.source)};
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
