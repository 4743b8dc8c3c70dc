#include "dstream/detail/block_generator.h"

#include <algorithm>

#include "dstream/clock.h"

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

OpenBlock::~OpenBlock() = default;

BlockGenerator::BlockGenerator(std::unique_ptr<OpenBlock> open)
    : BlockGenerator(std::move(open), Settings{}) {}

BlockGenerator::BlockGenerator(std::unique_ptr<OpenBlock> open, Settings settings)
    : shared_(std::make_shared<Shared>()), settings_(settings), open_(std::move(open)) {}

BlockGenerator::~BlockGenerator() = default;

void BlockGenerator::configure(Settings settings) {
  const std::lock_guard lock(shared_->mutex);
  settings_ = settings;
}

void BlockGenerator::start(SourceHost& host) {
  gate_.open(host);
  const std::lock_guard lock(shared_->mutex);
  clock_ = &host.clock();
}

void BlockGenerator::close() {
  {
    const std::lock_guard lock(shared_->mutex);
    closed_ = true;
    clock_ = nullptr;
    shared_->changed.notify_all();
  }
  gate_.close();
}

bool BlockGenerator::await_room() {
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait(lock, [this] { return closed_ || has_room(); });
  return !closed_;
}

bool BlockGenerator::has_room() const {
  return held_locked() < std::max<std::size_t>(1, settings_.capacity_bytes) &&
         stored_.size() < kMaxPositions;
}

PushResult BlockGenerator::await_room(std::unique_lock<std::mutex>& lock, std::size_t records) {
  shared_->changed.wait(lock, [&] { return closed_ || impatient_ || has_room(); });
  if (!closed_ && clock_ != nullptr && has_room()) return PushResult::ok;
  refused_ += records;
  return closed_ || impatient_ ? PushResult::stopped : PushResult::closed;
}

PushResult BlockGenerator::store_blocks(std::vector<BlockPtr> blocks,
                                        const ReceiverPosition* position) {
  std::size_t records = 0;
  for (const BlockPtr& block : blocks) records += block->size();
  std::unique_lock lock(shared_->mutex);
  const PushResult result = await_room(lock, records);
  if (result != PushResult::ok) return result;
  seal();  // keeps the order
  for (BlockPtr& block : blocks) {
    if (block->size() == 0) continue;
    const std::size_t bytes = block->bytes();
    add_sealed(std::move(block), bytes);
  }
  if (position != nullptr) {
    append_position(sealed_positions_, *position);
    add_stored(*position);
  }
  announce(lock);
  return PushResult::ok;
}

void BlockGenerator::set_impatient(bool impatient) {
  const std::lock_guard lock(shared_->mutex);
  impatient_ = impatient;
  shared_->changed.notify_all();
}

void BlockGenerator::set_capacity(std::size_t bytes) {
  const std::lock_guard lock(shared_->mutex);
  settings_.capacity_bytes = bytes;
  shared_->changed.notify_all();
}

void BlockGenerator::add_stored(const ReceiverPosition& position) {
  append_position(stored_, position);
  any_stored_.store(true, std::memory_order_release);
}

void BlockGenerator::note(const ReceiverPosition& position) {
  append_position(open_positions_, position);
}

void BlockGenerator::written(std::unique_lock<std::mutex>& lock) {
  if (open_->size() == 0) return;
  const Duration now = clock_ != nullptr ? clock_->monotonic() : Duration(0);
  if (!open_since_) open_since_ = now;
  if (open_->bytes() >= kBlockBytes || now - *open_since_ >= settings_.block_interval) seal();
  announce(lock);
}

void BlockGenerator::announce(std::unique_lock<std::mutex>& lock) {
  if (!armed_ || !has_data_locked()) return;
  armed_ = false;
  lock.unlock();
  gate_.announce();
}

void BlockGenerator::seal() {
  open_since_.reset();
  if (open_->size() == 0) return;
  const std::size_t bytes = open_->bytes();
  BlockPtr block = open_->finish();
  add_sealed(std::move(block), bytes);
  for (const ReceiverPosition& position : open_positions_) add_stored(position);
  move_positions(open_positions_, sealed_positions_);
}

void BlockGenerator::add_sealed(BlockPtr block, std::size_t bytes) {
  bytes = std::max(bytes, block->bytes());
  records_ += block->size();
  sealed_.push_back({std::move(block), bytes});
  shared_->block_bytes += bytes;
}

std::size_t BlockGenerator::held_locked() const {
  return shared_->block_bytes + (open_->size() == 0 ? 0 : open_->bytes());
}

void BlockGenerator::cut(Time until, std::vector<BlockPtr>& blocks) {
  std::vector<Sealed> taken;
  {
    const std::lock_guard lock(shared_->mutex);
    seal();
    taken.swap(sealed_);
    if (!sealed_positions_.empty()) {
      uncommitted_.push_back({until, std::exchange(sealed_positions_, {})});
    }
  }
  for (Sealed& sealed : taken) blocks.push_back(with_account(shared_, std::move(sealed)));
}

/// The same block; when the last user lets it go, its bytes are given back.
BlockPtr BlockGenerator::with_account(const std::shared_ptr<Shared>& shared, Sealed sealed) {
  const Block* const raw = sealed.block.get();
  return BlockPtr(raw, [shared, sealed = std::move(sealed)](const Block*) mutable {
    sealed.block.reset();
    const std::lock_guard lock(shared->mutex);
    shared->block_bytes -= sealed.bytes;
    shared->changed.notify_all();
  });
}

bool BlockGenerator::has_data() const {
  const std::lock_guard lock(shared_->mutex);
  return has_data_locked();
}

bool BlockGenerator::arm_arrival() {
  const std::lock_guard lock(shared_->mutex);
  armed_ = !has_data_locked();
  return !armed_;
}

std::size_t BlockGenerator::held_bytes() const {
  const std::lock_guard lock(shared_->mutex);
  return held_locked();
}

std::uint64_t BlockGenerator::records() const {
  const std::lock_guard lock(shared_->mutex);
  return records_ + open_->size();
}

std::uint64_t BlockGenerator::refused() const {
  const std::lock_guard lock(shared_->mutex);
  return refused_;
}

std::string BlockGenerator::describe(Time until) const {
  const std::lock_guard lock(shared_->mutex);
  if (uncommitted_.empty() || uncommitted_.back().until != until) return {};
  const std::vector<ReceiverPosition>& positions = uncommitted_.back().positions;
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
  const std::lock_guard lock(shared_->mutex);
  auto done = uncommitted_.begin();
  for (; done != uncommitted_.end() && done->until <= until; ++done) {
    move_positions(done->positions, committed);
  }
  uncommitted_.erase(uncommitted_.begin(), done);
  return committed;
}

std::vector<ReceiverPosition> BlockGenerator::take_stored() {
  const std::lock_guard lock(shared_->mutex);
  any_stored_.store(false, std::memory_order_release);
  shared_->changed.notify_all();
  return std::exchange(stored_, {});
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
