#include "dstream/detail/block_generator.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>

#include "dstream/clock.h"
#include "dstream/detail/arrival_gate.h"

#include "receivers/positions.h"
#include "receivers/rate_limit.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

}  // namespace

/// What the generator shares with its blocks, which may outlive it.
struct BlockGenerator::Shared {
  std::mutex mutex;
  std::condition_variable changed;  ///< there is room, or the generator closes
  std::size_t block_bytes = 0;      ///< of finished blocks and of those that batches have
};

struct BlockGenerator::State {
  struct Sealed {
    BlockPtr block;
    std::size_t bytes;
  };
  struct Cut {
    Time until;
    std::vector<ReceiverPosition> positions;
  };

  State(Box<OpenBlock> first, const Settings& given)
      : shared(std::make_shared<Shared>()),
        settings(given),
        limit(given.max_rate),
        open(std::move(first)) {}

  /// `count` records are refused where it does not return ok.
  PushResult await_room(std::unique_lock<std::mutex>& lock, std::size_t count = 1);
  bool has_room() const;
  /// How long the rate allows nothing.
  Duration rate_wait() { return limit.wait(clock->monotonic()); }
  void pause(std::unique_lock<std::mutex>& lock, Duration wait);
  void add_stored(const ReceiverPosition& position);
  Box<OpenBlock> lend();
  void give_back(Box<OpenBlock> block);
  void written(std::unique_lock<std::mutex>& lock, std::size_t new_records);
  void announce(std::unique_lock<std::mutex>& lock);
  void seal();
  void add_sealed(BlockPtr block, std::size_t bytes);
  std::size_t open_records() const { return open ? open->size() : lent_records; }
  /// That a batch could take now.
  bool has_data_locked() const { return !sealed.empty() || (open && open->size() != 0); }
  std::size_t held_locked() const;
  static BlockPtr with_account(const std::shared_ptr<Shared>& shared, Sealed sealed);

  const std::shared_ptr<Shared> shared;
  ArrivalGate gate;
  // Guarded by shared->mutex.
  Settings settings;
  Clock* clock = nullptr;  // null before start() and after close()
  RateLimit limit;
  std::uint32_t timed_waits = 0;  // under way; close() waits for them, since the clock may go then
  Box<OpenBlock> open;            // null while write() has it
  std::size_t lent_records = 0;   // what write() was given in it
  std::size_t lent_bytes = 0;
  bool cut_missed = false;                       // a batch was cut meanwhile
  std::vector<ReceiverPosition> open_positions;  // of records in open
  std::optional<Duration> open_since;
  std::vector<Sealed> sealed;
  std::vector<ReceiverPosition> sealed_positions;
  std::vector<ReceiverPosition> stored;  // waiting for take_stored()
  std::atomic<bool> any_stored{false};
  std::vector<Cut> uncommitted;  // at most one per batch that is not committed
  std::uint64_t records = 0;     // of finished blocks
  std::uint64_t refused = 0;
  bool closed = false;
  bool impatient = false;
  bool armed = false;
};

BlockGenerator::BlockGenerator(Box<OpenBlock> open) : BlockGenerator(std::move(open), Settings{}) {}

BlockGenerator::BlockGenerator(Box<OpenBlock> open, Settings settings)
    : state_(new State(std::move(open), settings)) {}

BlockGenerator::~BlockGenerator() = default;

void BlockGenerator::configure(Settings settings) {
  const std::lock_guard lock(state_->shared->mutex);
  state_->settings = settings;
  state_->limit = RateLimit(settings.max_rate);
}

void BlockGenerator::start(SourceHost& host) {
  state_->gate.open(host);
  const std::lock_guard lock(state_->shared->mutex);
  state_->clock = &host.clock();
}

void BlockGenerator::close() {
  {
    std::unique_lock lock(state_->shared->mutex);
    state_->closed = true;
    state_->clock = nullptr;
    state_->shared->changed.notify_all();
    state_->shared->changed.wait(lock, [this] { return state_->timed_waits == 0; });
  }
  state_->gate.close();
}

bool BlockGenerator::await_room() {
  State& state = *state_;
  std::unique_lock lock(state.shared->mutex);
  while (!state.closed) {
    if (!state.has_room()) {
      state.shared->changed.wait(lock);
    } else if (const Duration wait = state.rate_wait(); wait != Duration(0)) {
      state.pause(lock, wait);
    } else {
      break;
    }
  }
  return !state.closed;
}

/// The clock must be there.
void BlockGenerator::State::pause(std::unique_lock<std::mutex>& lock, Duration wait) {
  Clock& waiting_on = *clock;
  ++timed_waits;
  waiting_on.wait_until(lock, shared->changed, waiting_on.now() + wait);
  --timed_waits;
  if (closed) shared->changed.notify_all();
}

bool BlockGenerator::State::has_room() const {
  return held_locked() < std::max<std::size_t>(1, settings.capacity_bytes) &&
         stored.size() < kMaxPositions;
}

PushResult BlockGenerator::State::await_room(std::unique_lock<std::mutex>& lock,
                                             std::size_t count) {
  const auto ready = [&] { return closed || impatient || has_room(); };
  shared->changed.wait(lock, ready);
  while (!closed && !impatient && clock != nullptr) {
    const Duration wait = rate_wait();
    if (wait == Duration(0)) break;
    pause(lock, wait);
    shared->changed.wait(lock, ready);
  }
  if (!closed && clock != nullptr && has_room()) return PushResult::ok;
  refused += count;
  return closed || impatient ? PushResult::stopped : PushResult::closed;
}

PushResult BlockGenerator::store_blocks(std::vector<BlockPtr> blocks,
                                        const ReceiverPosition* position) {
  std::size_t records = 0;
  for (const BlockPtr& block : blocks) records += block->size();
  std::unique_lock lock(state_->shared->mutex);
  const PushResult result = state_->await_room(lock, records);
  if (result != PushResult::ok) return result;
  state_->seal();  // keeps the order
  for (BlockPtr& block : blocks) {
    if (block->size() == 0) continue;
    const std::size_t bytes = block->bytes();
    state_->add_sealed(std::move(block), bytes);
  }
  if (position != nullptr) {
    append_position(state_->sealed_positions, *position);
    state_->add_stored(*position);
  }
  state_->limit.take(records, state_->clock->monotonic());
  state_->announce(lock);
  return PushResult::ok;
}

void BlockGenerator::set_impatient(bool impatient) {
  const std::lock_guard lock(state_->shared->mutex);
  state_->impatient = impatient;
  state_->shared->changed.notify_all();
}

void BlockGenerator::set_limits(std::size_t capacity_bytes, std::int64_t max_rate) {
  const std::lock_guard lock(state_->shared->mutex);
  state_->settings.capacity_bytes = capacity_bytes;
  if (state_->clock != nullptr) state_->limit.set(max_rate, state_->clock->monotonic());
  state_->shared->changed.notify_all();
}

void BlockGenerator::State::add_stored(const ReceiverPosition& position) {
  append_position(stored, position);
  any_stored.store(true, std::memory_order_release);
}

void BlockGenerator::State::written(std::unique_lock<std::mutex>& lock, std::size_t new_records) {
  if (open->size() == 0) return;
  const Duration now = clock != nullptr ? clock->monotonic() : Duration(0);
  if (clock != nullptr) limit.take(new_records, now);
  if (!open_since) open_since = now;
  const bool late = std::exchange(cut_missed, false);
  if (late || open->bytes() >= kBlockBytes || now - *open_since >= settings.block_interval) {
    seal();
  }
  announce(lock);
}

void BlockGenerator::State::announce(std::unique_lock<std::mutex>& lock) {
  if (!armed || !has_data_locked()) return;
  armed = false;
  lock.unlock();
  gate.announce();
}

Box<OpenBlock> BlockGenerator::State::lend() {
  lent_records = open->size();
  lent_bytes = lent_records == 0 ? 0 : open->bytes();
  return std::move(open);
}

void BlockGenerator::State::give_back(Box<OpenBlock> block) {
  open = std::move(block);
  lent_records = lent_bytes = 0;
}

void BlockGenerator::State::seal() {
  open_since.reset();
  if (open->size() == 0) return;
  const std::size_t bytes = open->bytes();
  BlockPtr block = open->finish();
  add_sealed(std::move(block), bytes);
  for (const ReceiverPosition& position : open_positions) add_stored(position);
  move_positions(open_positions, sealed_positions);
}

void BlockGenerator::State::add_sealed(BlockPtr block, std::size_t bytes) {
  bytes = std::max(bytes, block->bytes());
  records += block->size();
  sealed.push_back({std::move(block), bytes});
  shared->block_bytes += bytes;
}

std::size_t BlockGenerator::State::held_locked() const {
  if (!open) return shared->block_bytes + lent_bytes;
  return shared->block_bytes + (open->size() == 0 ? 0 : open->bytes());
}

void BlockGenerator::cut(Time until, std::vector<BlockPtr>& blocks) {
  std::vector<State::Sealed> taken;
  {
    const std::lock_guard lock(state_->shared->mutex);
    if (!state_->open) {
      state_->cut_missed = true;
    } else if (!state_->has_data_locked()) {
      state_->open->release_memory();
    } else {
      state_->seal();
    }
    taken.swap(state_->sealed);
    if (!state_->sealed_positions.empty()) {
      state_->uncommitted.push_back({until, std::exchange(state_->sealed_positions, {})});
    }
  }
  for (State::Sealed& sealed : taken) {
    blocks.push_back(State::with_account(state_->shared, std::move(sealed)));
  }
}

/// The same block; when the last user lets it go, its bytes are given back.
BlockPtr BlockGenerator::State::with_account(const std::shared_ptr<Shared>& shared, Sealed sealed) {
  const Block* const raw = sealed.block.get();
  return BlockPtr(raw, [shared, sealed = std::move(sealed)](const Block*) mutable {
    sealed.block.reset();
    const std::lock_guard lock(shared->mutex);
    shared->block_bytes -= sealed.bytes;
    shared->changed.notify_all();
  });
}

bool BlockGenerator::has_data() const {
  const std::lock_guard lock(state_->shared->mutex);
  return state_->has_data_locked();
}

bool BlockGenerator::arm_arrival() {
  const std::lock_guard lock(state_->shared->mutex);
  state_->armed = !state_->has_data_locked();
  return !state_->armed;
}

std::size_t BlockGenerator::held_bytes() const {
  const std::lock_guard lock(state_->shared->mutex);
  return state_->held_locked();
}

std::uint64_t BlockGenerator::records() const {
  const std::lock_guard lock(state_->shared->mutex);
  return state_->records + state_->open_records();
}

std::uint64_t BlockGenerator::refused() const {
  const std::lock_guard lock(state_->shared->mutex);
  return state_->refused;
}

std::string BlockGenerator::describe(Time until) const {
  const std::lock_guard lock(state_->shared->mutex);
  if (state_->uncommitted.empty() || state_->uncommitted.back().until != until) return {};
  return describe_positions(state_->uncommitted.back().positions);
}

std::vector<ReceiverPosition> BlockGenerator::take_committed(Time until) {
  std::vector<ReceiverPosition> committed;
  const std::lock_guard lock(state_->shared->mutex);
  auto done = state_->uncommitted.begin();
  for (; done != state_->uncommitted.end() && done->until <= until; ++done) {
    move_positions(done->positions, committed);
  }
  state_->uncommitted.erase(state_->uncommitted.begin(), done);
  return committed;
}

std::vector<ReceiverPosition> BlockGenerator::take_stored() {
  const std::lock_guard lock(state_->shared->mutex);
  state_->any_stored.store(false, std::memory_order_release);
  state_->shared->changed.notify_all();
  return std::exchange(state_->stored, {});
}

void BlockGenerator::write_with(Filler filler, const void* fill) {
  std::unique_lock lock(state_->shared->mutex);
  const std::size_t before = state_->open->size();
  Box<OpenBlock> block = state_->lend();
  lock.unlock();
  std::exception_ptr thrown;
  try {
    filler(fill, *block);
  } catch (...) {
    thrown = std::current_exception();
  }
  const std::size_t added = block->size() - before;
  lock.lock();
  state_->give_back(std::move(block));
  state_->written(lock, added);
  if (thrown) std::rethrow_exception(thrown);
}

PushResult BlockGenerator::store_with(Filler filler, const void* fill,
                                      const ReceiverPosition* position) {
  std::unique_lock lock(state_->shared->mutex);
  const PushResult result = state_->await_room(lock);
  if (result != PushResult::ok) return result;
  filler(fill, *state_->open);
  if (position != nullptr) append_position(state_->open_positions, *position);
  state_->written(lock, 1);
  return PushResult::ok;
}

bool BlockGenerator::any_stored() const {
  return state_->any_stored.load(std::memory_order_acquire);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
