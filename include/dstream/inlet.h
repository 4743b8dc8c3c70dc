#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/inlet_core.h>
#include <dstream/detail/input_source.h>
#include <dstream/error.h>
#include <dstream/memory_bytes.h>

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

/// Records of an inlet, read where their producers wrote them.
template <class T>
class InletBlock final : public Block {
 public:
  using Stored = Owned<T>;

  InletBlock(std::shared_ptr<InletCore> core, std::vector<InletRun> runs)
      : core_(std::move(core)), runs_(std::move(runs)) {
    for (const InletRun& run : runs_) size_ += run.count;
  }
  ~InletBlock() override { core_->release(runs_.data(), runs_.size()); }
  InletBlock(const InletBlock&) = delete;
  InletBlock& operator=(const InletBlock&) = delete;

  std::size_t size() const override { return size_; }
  std::size_t bytes() const override { return sizeof(*this) + size_ * sizeof(Stored); }

  void read(std::size_t begin, std::size_t end, Step& to) const override {
    std::size_t run_begin = 0;
    for (const InletRun& run : runs_) {
      if (run_begin >= end) break;
      const std::size_t from = begin > run_begin ? begin - run_begin : 0;
      const std::size_t until = end - run_begin < run.count ? end - run_begin : run.count;
      if (from < until) read_run(records_of(run) + from, until - from, to);
      run_begin += run.count;
    }
  }

 private:
  static const Stored* records_of(const InletRun& run) {
    return std::launder(reinterpret_cast<const Stored*>(run.segment->records)) + run.begin;
  }

  static void read_run(const Stored* records, std::size_t count, Step& to) {
    constexpr std::size_t kCapacity = chunk_capacity<T>();
    if constexpr (std::is_same_v<T, Stored>) {
      for (std::size_t i = 0; i < count; i += kCapacity) {
        to.process(shared_chunk(records + i, count - i < kCapacity ? count - i : kCapacity));
      }
    } else {
      std::vector<T> views;
      views.reserve(count < kCapacity ? count : kCapacity);
      for (std::size_t i = 0; i < count;) {
        views.clear();
        for (; i < count && views.size() < kCapacity; ++i) views.push_back(borrow<T>(records[i]));
        to.process({views.data(), views.size(), true});
      }
    }
  }

  std::shared_ptr<InletCore> core_;
  std::vector<InletRun> runs_;
  std::size_t size_ = 0;
};

/// The context's end of an inlet.
template <class T>
class InletSource final : public InputSource {
 public:
  InletSource(std::shared_ptr<InletCore> core, std::size_t block_records)
      : core_(std::move(core)), block_records_(block_records) {}
  ~InletSource() override { core_->abandon(); }

  void start(SourceHost& host) override { core_->start(host); }
  void stop() override { core_->stop(); }
  bool has_data() const override { return core_->has_data(); }
  bool arm_arrival() override { return core_->arm_arrival(); }
  SourceEnd end() const override {
    // In this order: what was pushed before the inlet was closed is seen.
    const bool closed = core_->closed();
    if (core_->has_data()) return SourceEnd::ahead;
    return closed ? SourceEnd::reached : SourceEnd::open;
  }

  void cut(Time, Time, std::vector<BlockPtr>& blocks) override {
    std::vector<InletRun> taken;
    core_->take(taken);
    std::vector<InletRun> runs;
    std::size_t records = 0;
    for (const InletRun& run : taken) {
      if (records != 0 && records + run.count > block_records_) {
        blocks.push_back(std::make_shared<InletBlock<T>>(core_, std::exchange(runs, {})));
        records = 0;
      }
      runs.push_back(run);
      records += run.count;
    }
    if (records != 0) blocks.push_back(std::make_shared<InletBlock<T>>(core_, std::move(runs)));
  }

 private:
  std::shared_ptr<InletCore> core_;
  std::size_t block_records_;
};

template <class Stored>
void destroy_records(std::byte* records, std::size_t count) {
  Stored* const first = std::launder(reinterpret_cast<Stored*>(records));
  for (std::size_t i = 0; i < count; ++i) first[i].~Stored();
}

/// An inlet: the host's handle and the context's source.
template <class T>
std::pair<Inlet<T>, std::shared_ptr<InputSource>> make_inlet(const InletOptions& options) {
  check_retainable<T>();
  using Stored = Owned<T>;
  if (options.capacity_bytes == 0 || options.block_records == 0) {
    throw Error(Errc::invalid_argument,
                "InletOptions: capacity_bytes and block_records must be greater than zero");
  }
  const InletCore::Layout layout{
      sizeof(Stored), alignof(Stored) > 64 ? alignof(Stored) : 64,
      std::is_trivially_destructible_v<Stored> ? nullptr : &destroy_records<Stored>};
  auto core = std::make_shared<InletCore>(layout, options.capacity_bytes);
  auto source = std::make_shared<InletSource<T>>(core, options.block_records);
  return {Inlet<T>(std::move(core)), std::move(source)};
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
