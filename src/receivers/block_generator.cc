#include "dstream/detail/block_generator.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "dstream/clock.h"
#include "dstream/detail/arrival_gate.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kPositionsDescribed = 8;

/// Adds a position; one that goes on where the last one ends makes it longer.
void append_position(std::vector<ReceiverPosition>& positions, const ReceiverPosition& next) {
  if (!positions.empty()) {
    ReceiverPosition& last = positions.back();
    if (last.origin == next.origin && last.until == next.from && next.until >= next.from) {
      last.until = next.until;
      return;
    }
  }
  positions.push_back(next);
}

void move_positions(std::vector<ReceiverPosition>& from, std::vector<ReceiverPosition>& to) {
  for (ReceiverPosition& position : from) append_position(to, position);
  from.clear();
}

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
      : shared(std::make_shared<Shared>()), settings(given), open(std::move(first)) {}

  /// `count` records are refused where it does not return ok.
  PushResult await_room(std::unique_lock<std::mutex>& lock, std::size_t count = 1);
  bool has_room() const;
  void add_stored(const ReceiverPosition& position);
  void written(std::unique_lock<std::mutex>& lock);
  void announce(std::unique_lock<std::mutex>& lock);
  void seal();
  void add_sealed(BlockPtr block, std::size_t bytes);
  bool has_data_locked() const { return !sealed.empty() || open->size() != 0; }
  std::size_t held_locked() const;
  static BlockPtr with_account(const std::shared_ptr<Shared>& shared, Sealed sealed);

  const std::shared_ptr<Shared> shared;
  ArrivalGate gate;
  // Guarded by shared->mutex.
  Settings settings;
  Clock* clock = nullptr;  // null before start() and after close()
  Box<OpenBlock> open;
  std::vector<ReceiverPosition> open_positions;  // of records in open
  std::optional<Duration> open_since;
  std::vector<Sealed> sealed;
  std::vector<ReceiverPosition> sealed_positions;
  std::vector<ReceiverPosition> stored;          // waiting for take_stored()
  std::atomic<bool> any_stored{false};
  std::vector<Cut> uncommitted;                  // at most one per batch that is not committed
  std::uint64_t records = 0;  // of finished blocks
  std::uint64_t refused = 0;
  bool closed = false;
  bool impatient = false;
  bool armed = false;
};

BlockGenerator::BlockGenerator(Box<OpenBlock> open)
    : BlockGenerator(std::move(open), Settings{}) {}

BlockGenerator::BlockGenerator(Box<OpenBlock> open, Settings settings)
    : state_(new State(std::move(open), settings)) {}

BlockGenerator::~BlockGenerator() = default;

void BlockGenerator::configure(Settings settings) {
  const std::lock_guard lock(state_->shared->mutex);
  state_->settings = settings;
}

void BlockGenerator::start(SourceHost& host) {
  state_->gate.open(host);
  const std::lock_guard lock(state_->shared->mutex);
  state_->clock = &host.clock();
}

void BlockGenerator::close() {
  {
    const std::lock_guard lock(state_->shared->mutex);
    state_->closed = true;
    state_->clock = nullptr;
    state_->shared->changed.notify_all();
  }
  state_->gate.close();
}

bool BlockGenerator::await_room() {
  std::unique_lock lock(state_->shared->mutex);
  state_->shared->changed.wait(lock, [this] { return state_->closed || state_->has_room(); });
  return !state_->closed;
}

bool BlockGenerator::State::has_room() const {
  return held_locked() < std::max<std::size_t>(1, settings.capacity_bytes) &&
         stored.size() < kMaxPositions;
}

PushResult BlockGenerator::State::await_room(std::unique_lock<std::mutex>& lock,
                                             std::size_t count) {
  shared->changed.wait(lock, [&] { return closed || impatient || has_room(); });
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
  state_->announce(lock);
  return PushResult::ok;
}

void BlockGenerator::set_impatient(bool impatient) {
  const std::lock_guard lock(state_->shared->mutex);
  state_->impatient = impatient;
  state_->shared->changed.notify_all();
}

void BlockGenerator::set_capacity(std::size_t bytes) {
  const std::lock_guard lock(state_->shared->mutex);
  state_->settings.capacity_bytes = bytes;
  state_->shared->changed.notify_all();
}

void BlockGenerator::State::add_stored(const ReceiverPosition& position) {
  append_position(stored, position);
  any_stored.store(true, std::memory_order_release);
}

void BlockGenerator::State::written(std::unique_lock<std::mutex>& lock) {
  if (open->size() == 0) return;
  const Duration now = clock != nullptr ? clock->monotonic() : Duration(0);
  if (!open_since) open_since = now;
  if (open->bytes() >= kBlockBytes || now - *open_since >= settings.block_interval) seal();
  announce(lock);
}

void BlockGenerator::State::announce(std::unique_lock<std::mutex>& lock) {
  if (!armed || !has_data_locked()) return;
  armed = false;
  lock.unlock();
  gate.announce();
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
  return shared->block_bytes + (open->size() == 0 ? 0 : open->bytes());
}

void BlockGenerator::cut(Time until, std::vector<BlockPtr>& blocks) {
  std::vector<State::Sealed> taken;
  {
    const std::lock_guard lock(state_->shared->mutex);
    state_->seal();
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
  return state_->records + state_->open->size();
}

std::uint64_t BlockGenerator::refused() const {
  const std::lock_guard lock(state_->shared->mutex);
  return state_->refused;
}

std::string BlockGenerator::describe(Time until) const {
  const std::lock_guard lock(state_->shared->mutex);
  if (state_->uncommitted.empty() || state_->uncommitted.back().until != until) return {};
  const std::vector<ReceiverPosition>& positions = state_->uncommitted.back().positions;
  std::string text;
  for (std::size_t i = 0; i < positions.size() && i < kPositionsDescribed; ++i) {
    const ReceiverPosition& position = positions[i];
    if (i != 0) text += ", ";
    text += position.origin;
    if (position.until != position.from) {
      text += " [" + std::to_string(position.from) + ", " + std::to_string(position.until) + ")";
    }
  }
  if (positions.size() > kPositionsDescribed) {
    text += " and " + std::to_string(positions.size() - kPositionsDescribed) + " more";
  }
  return text;
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
  filler(fill, *state_->open);
  state_->written(lock);
}

PushResult BlockGenerator::store_with(Filler filler, const void* fill,
                                      const ReceiverPosition* position) {
  std::unique_lock lock(state_->shared->mutex);
  const PushResult result = state_->await_room(lock);
  if (result != PushResult::ok) return result;
  filler(fill, *state_->open);
  if (position != nullptr) append_position(state_->open_positions, *position);
  state_->written(lock);
  return PushResult::ok;
}

bool BlockGenerator::any_stored() const {
  return state_->any_stored.load(std::memory_order_acquire);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
