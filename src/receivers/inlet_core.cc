#include "dstream/detail/inlet_core.h"

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

#include "base/process_barrier.h"
#include "dstream/detail/input_source.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define DSTREAM_POISON(memory, size) __asan_poison_memory_region(memory, size)
#define DSTREAM_UNPOISON(memory, size) __asan_unpoison_memory_region(memory, size)
#else
#define DSTREAM_POISON(memory, size) static_cast<void>(0)
#define DSTREAM_UNPOISON(memory, size) static_cast<void>(0)
#endif

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kMaxSegmentBytes = std::size_t{64} << 10;
constexpr std::size_t kSegmentsPerCapacity = 16;

std::uint64_t next_inlet_id() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::uint32_t records_per_segment(std::size_t capacity_bytes, std::size_t record_size) {
  const std::size_t bytes = std::min(capacity_bytes / kSegmentsPerCapacity, kMaxSegmentBytes);
  return static_cast<std::uint32_t>(std::max<std::size_t>(bytes / record_size, 1));
}

// Set when the thread's ThreadInlets is gone; trivially destructible, so it can be read after that.
constinit thread_local bool thread_ended = false;

}  // namespace

/// The producers of one thread, so that they can be told when it ends.
struct ThreadInlets {
  struct Entry {
    std::uint64_t id;
    InletProducer* producer;
    std::weak_ptr<InletCore> core;
  };
  std::vector<Entry> entries;

  ~ThreadInlets() {
    thread_ended = true;
    for (InletCacheEntry& cached : inlet_cache) cached = {};
    for (Entry& entry : entries) {
      if (const auto core = entry.core.lock()) core->detach(*entry.producer);
    }
  }

  InletProducer* find(std::uint64_t id) const {
    for (const Entry& entry : entries) {
      if (entry.id == id) return entry.producer;
    }
    return nullptr;
  }

  static ThreadInlets& of_this_thread() {
    thread_local ThreadInlets inlets;
    return inlets;
  }
};

InletCore::InletCore(Layout layout, std::size_t capacity_bytes)
    : id_(next_inlet_id()),
      fenced_(!has_process_barrier()),
      layout_(layout),
      capacity_bytes_(capacity_bytes),
      segment_records_(records_per_segment(capacity_bytes, layout.record_size)),
      segment_bytes_(segment_records_ * layout.record_size) {}

InletCore::~InletCore() {
  InletSegment* unused = nullptr;
  for (const auto& producer : producers_) {
    retire(*producer);
    for (InletSegment* segment : producer->segments) unreference(*segment, unused);
  }
  recycle(unused);
  while (pool_ != nullptr) free_segment(std::exchange(pool_, pool_->next));
}

InletProducer* InletCore::attach() {
  if (thread_ended) return nullptr;
  ThreadInlets& inlets = ThreadInlets::of_this_thread();
  InletProducer* producer = inlets.find(id_);
  if (producer == nullptr) {
    std::erase_if(inlets.entries, [](const auto& entry) { return entry.core.expired(); });
    inlets.entries.reserve(inlets.entries.size() + 1);
    const std::lock_guard lock(mutex_);
    producer = producers_.emplace_back(std::make_unique<InletProducer>()).get();
    inlets.entries.push_back({id_, producer, weak_from_this()});
  }
  inlet_cache[id_ % kInletCacheSize] = {id_, producer};
  return producer;
}

void InletCore::detach(InletProducer& producer) noexcept {
  InletSegment* unused = nullptr;
  std::unique_lock lock(mutex_);
  retire(producer);
  producer.alive = false;
  if (producer.published.load(std::memory_order_relaxed) == producer.taken) {
    for (InletSegment* segment : producer.segments) unreference(*segment, unused);
    std::erase_if(producers_, [&](const auto& other) { return other.get() == &producer; });
  }
  lock.unlock();
  recycle(unused);
}

bool InletCore::has_room() const {
  return retired_bytes_ == 0 || retired_bytes_ + segment_bytes_ <= capacity_bytes_;
}

PushResult InletCore::make_room(InletProducer& producer, bool wait, const std::stop_token* stop) {
  std::unique_lock lock(mutex_);
  retire(producer);
  const auto may_go_on = [&] { return has_room() || (flags() & (kClosed | kStopped)) != 0; };
  if (!may_go_on()) {
    if (!wait) return PushResult::full;
    if (!room_.wait(lock, stop != nullptr ? *stop : std::stop_token(), may_go_on))
      return PushResult::stopped;
  }
  if (!has_room()) return refusal(flags());
  begin_segment(producer);
  return PushResult::ok;
}

void InletCore::begin_segment(InletProducer& producer) {
  producer.segments.reserve(producer.segments.size() + 1);
  InletSegment* segment = make_segment();
  segment->first = producer.published.load(std::memory_order_relaxed);
  segment->references = 1;
  producer.segments.push_back(segment);
  producer.current = segment;
  producer.next = segment->records;
  producer.end = segment->records + segment_bytes_;
  producer.heap_bytes = 0;
}

void InletCore::retire(InletProducer& producer) {
  if (producer.current == nullptr) return;
  InletSegment& segment = *std::exchange(producer.current, nullptr);
  const std::uint64_t published = producer.published.load(std::memory_order_relaxed);
  segment.count = static_cast<std::uint32_t>(published - segment.first);
  segment.heap_bytes = producer.heap_bytes;
  segment.retired = true;
  retired_bytes_ += segment_bytes_ + segment.heap_bytes;
  producer.next = producer.end = nullptr;
}

void InletCore::raise_flag(Flag flag) { flags_.fetch_or(flag, std::memory_order_seq_cst); }

void InletCore::close() {
  const std::lock_guard lock(mutex_);
  raise_flag(kClosed);
  room_.notify_all();
}

void InletCore::start(SourceHost& host) {
  if (!host.wants_arrivals()) return;
  gate_.open(host);
  const std::lock_guard lock(mutex_);
  raise_flag(kArrivals);
  // A push that has not seen the flag would not announce its record; wait for it to be visible.
  quiesce();
}

void InletCore::stop() {
  {
    const std::lock_guard lock(mutex_);
    raise_flag(kStopped);
    room_.notify_all();
    quiesce();
  }
  gate_.close();
}

void InletCore::abandon() {
  close();
  gate_.close();
}

void InletCore::quiesce() {
  const bool any_alive =
      std::any_of(producers_.begin(), producers_.end(), [](const auto& p) { return p->alive; });
  if (!any_alive) return;
  if (!fenced_) process_barrier();
  for (const auto& producer : producers_) {
    while (producer->busy.load(std::memory_order_seq_cst)) std::this_thread::yield();
  }
}

bool InletCore::has_data_locked() const {
  return std::any_of(producers_.begin(), producers_.end(), [](const auto& producer) {
    return producer->published.load(std::memory_order_seq_cst) != producer->taken;
  });
}

bool InletCore::has_data() const {
  const std::lock_guard lock(mutex_);
  return has_data_locked();
}

bool InletCore::arm_arrival() {
  armed_.store(true, std::memory_order_seq_cst);
  if (!has_data()) return false;
  armed_.store(false, std::memory_order_seq_cst);
  return true;
}

void InletCore::announce() {
  // One of the pushes that find the source armed tells the host.
  if (armed_.exchange(false, std::memory_order_seq_cst)) gate_.announce();
}

void InletCore::take(std::vector<InletRun>& runs) {
  InletSegment* unused = nullptr;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& producer : producers_) take_from(*producer, runs, unused);
    std::erase_if(producers_, [](const auto& p) { return !p->alive && p->segments.empty(); });
  }
  recycle(unused);
}

void InletCore::take_from(InletProducer& producer, std::vector<InletRun>& runs,
                          InletSegment*& unused) {
  const std::uint64_t published = producer.published.load(std::memory_order_acquire);
  std::size_t finished = 0;
  for (InletSegment* segment : producer.segments) {
    const std::uint64_t end = segment->retired ? segment->first + segment->count : published;
    if (end > producer.taken) {
      runs.push_back({segment, static_cast<std::uint32_t>(producer.taken - segment->first),
                      static_cast<std::uint32_t>(end - producer.taken)});
      ++segment->references;
      producer.taken = end;
    }
    if (segment->retired) {
      unreference(*segment, unused);
      ++finished;
    }
  }
  producer.segments.erase(producer.segments.begin(),
                          producer.segments.begin() + static_cast<std::ptrdiff_t>(finished));
}

void InletCore::unreference(InletSegment& segment, InletSegment*& unused) noexcept {
  if (--segment.references == 0) segment.next = std::exchange(unused, &segment);
}

void InletCore::release(const InletRun* runs, std::size_t count) noexcept {
  InletSegment* unused = nullptr;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) unreference(*runs[i].segment, unused);
  }
  recycle(unused);
}

void InletCore::recycle(InletSegment* unused) noexcept {
  if (unused == nullptr) return;
  if (layout_.destroy != nullptr) {
    // Not under the mutex: destructors are the user's.
    for (const InletSegment* s = unused; s != nullptr; s = s->next) {
      layout_.destroy(s->records, s->count);
    }
  }
  const std::lock_guard lock(mutex_);
  while (unused != nullptr) {
    InletSegment* const segment = std::exchange(unused, unused->next);
    retired_bytes_ -= segment_bytes_ + segment->heap_bytes;
    DSTREAM_POISON(segment->records, segment_bytes_);
    segment->next = std::exchange(pool_, segment);
  }
  room_.notify_all();
}

InletSegment* InletCore::make_segment() {
  if (pool_ == nullptr) {
    auto segment = std::make_unique<InletSegment>();
    segment->records = static_cast<std::byte*>(
        ::operator new(segment_bytes_, std::align_val_t(layout_.record_alignment)));
    return segment.release();
  }
  InletSegment* const segment = std::exchange(pool_, pool_->next);
  DSTREAM_UNPOISON(segment->records, segment_bytes_);
  *segment = InletSegment{.records = segment->records};
  return segment;
}

void InletCore::free_segment(InletSegment* segment) noexcept {
  DSTREAM_UNPOISON(segment->records, segment_bytes_);
  ::operator delete(segment->records, std::align_val_t(layout_.record_alignment));
  delete segment;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
