#include "storage/block_cache.h"

#include <exception>
#include <utility>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

/// The same records in memory of their own.
std::vector<BlockPtr> copy_of(const std::vector<BlockPtr>& blocks, CollectorFactory collector) {
  std::vector<BlockPtr> copies;
  for (const BlockPtr& block : blocks) {
    const TerminalPtr copier = collector(SIZE_MAX);
    block->read(0, block->size(), *copier);
    copier->flush();
    copies.push_back(std::static_pointer_cast<const Block>(copier->take()));
  }
  return copies;
}

std::size_t bytes_of(const std::vector<BlockPtr>& blocks) {
  std::size_t bytes = 0;
  for (const BlockPtr& block : blocks) bytes += block->bytes();
  return bytes;
}

std::string hex(std::uint64_t number) {
  std::string text(16, '0');
  for (std::size_t i = 0; i < 16; ++i) text[15 - i] = "0123456789abcdef"[number >> (4 * i) & 15];
  return text;
}

}  // namespace

CachedBlocks::CachedBlocks(std::shared_ptr<BlockCache> cache, const CacheSpec& spec,
                           std::vector<BlockPtr> blocks)
    : cache_(std::move(cache)), spec_(spec) {
  for (const BlockPtr& block : blocks) sizes_.push_back(block->size());
  copies_.resize(copies_of(spec.level));
  if (copies_.size() == 2) copies_[1].blocks = copy_of(blocks, spec.collector);
  copies_[0].blocks = std::move(blocks);
  for (const Copy& copy : copies_) bytes_ += bytes_of(copy.blocks);
}

CachedBlocks::~CachedBlocks() {
  {
    const std::lock_guard lock(cache_->mutex_);
    cache_->bytes_ -= bytes_;
    cache_->sets_.remove_if([](const auto& set) { return set.expired(); });
  }
  for (const Copy& copy : copies_) {
    if (!copy.path.empty()) cache_->remove(copy.path);
  }
}

std::vector<BlockPtr> CachedBlocks::read() const {
  std::vector<std::string> paths;
  {
    const std::lock_guard lock(cache_->mutex_);
    if (cache_->closed_) {
      throw Error(Errc::illegal_state, "the context has stopped and has forgotten what it kept");
    }
    if (!on_disk_) return copies_.front().blocks;
    for (const Copy& copy : copies_) paths.push_back(copy.path);
  }
  std::exception_ptr first_error;
  for (const std::string& path : paths) {
    try {
      ObjectFileReader reader(*cache_->settings_.files, path, spec_.format->type);
      return read_blocks(*spec_.format, reader, sizes_);
    } catch (const Error&) {
      if (!first_error) first_error = std::current_exception();
    }
  }
  std::rethrow_exception(first_error);
}

BlockCache::BlockCache(Settings settings) : settings_(std::move(settings)) {}

void BlockCache::make_directory() const {
  settings_.files->create_directories(settings_.directory);
}

CachedBlocksPtr BlockCache::put(const CacheSpec& spec, std::vector<BlockPtr> blocks) {
  auto set = std::make_shared<CachedBlocks>(shared_from_this(), spec, std::move(blocks));
  const std::lock_guard lock(mutex_);
  bytes_ += set->bytes_;
  sets_.push_back(set);
  return set;
}

void BlockCache::make_room() {
  while (const CachedBlocksPtr victim = next_victim()) spill(*victim);
}

CachedBlocksPtr BlockCache::next_victim() {
  std::vector<CachedBlocksPtr> seen;  // let go of without the lock, which their destructor takes
  const std::lock_guard lock(mutex_);
  if (bytes_ <= settings_.memory_bytes || closed_) return nullptr;
  for (const auto& weak : sets_) {
    CachedBlocksPtr set = weak.lock();
    if (!set) continue;
    seen.push_back(set);
    if (!uses_disk(set->spec_.level) || set->on_disk_ || set->spilling_) continue;
    set->spilling_ = true;
    return set;
  }
  return nullptr;
}

void BlockCache::spill(CachedBlocks& set) {
  std::vector<std::vector<BlockPtr>> copies;  // let go of without the lock
  {
    const std::lock_guard lock(mutex_);
    for (const CachedBlocks::Copy& copy : set.copies_) copies.push_back(copy.blocks);
  }
  std::vector<CachedBlocks::Copy> written;
  try {
    for (const auto& blocks : copies) written.push_back({{}, write(set, blocks)});
  } catch (...) {
    for (const CachedBlocks::Copy& copy : written) remove(copy.path);
    const std::lock_guard lock(mutex_);
    set.spilling_ = false;
    throw;
  }
  {
    const std::lock_guard lock(mutex_);
    set.spilling_ = false;
    if (!closed_) {
      set.copies_.swap(written);
      bytes_ -= std::exchange(set.bytes_, 0);
      set.on_disk_ = true;
    }
  }
  for (const CachedBlocks::Copy& copy : written) {
    if (!copy.path.empty()) remove(copy.path);  // closed meanwhile
  }
}

/// Not synced: the file is of no use to another process.
std::string BlockCache::write(const CachedBlocks& set, const std::vector<BlockPtr>& blocks) {
  const std::string path = next_path();
  try {
    ObjectFileWriter writer(settings_.files->open(path, OpenMode::create_new),
                            set.spec_.format->type);
    for (const BlockPtr& block : blocks) write_block(*set.spec_.format, *block, writer);
    writer.finish(false);
  } catch (const Error& error) {
    remove(path);
    throw Error(error.code(),
                std::string("a data set cannot be kept on disk and stays in memory: ") +
                    error.what() +
                    "; make room in Options::cache_directory, remember less, or "
                    "raise Options::cache_memory_bytes");
  }
  return path;
}

std::string BlockCache::next_path() {
  const std::lock_guard lock(mutex_);
  if (prefix_.empty()) prefix_ = settings_.directory + "/" + hex(settings_.random->next_u64());
  return prefix_ + "-" + std::to_string(++files_made_) + ".dstream-cache";
}

void BlockCache::remove(const std::string& path) const noexcept {
  try {
    settings_.files->remove(path);
  } catch (...) {
    // The file stays behind; nobody needs it any more, and nobody could do anything about it.
  }
}

std::size_t BlockCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void BlockCache::close() {
  std::vector<CachedBlocksPtr> sets;
  std::vector<CachedBlocks::Copy> copies;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const auto& weak : sets_) {
      if (CachedBlocksPtr set = weak.lock()) sets.push_back(std::move(set));
    }
    for (const CachedBlocksPtr& set : sets) {
      for (CachedBlocks::Copy& copy : set->copies_) copies.push_back(std::exchange(copy, {}));
      bytes_ -= std::exchange(set->bytes_, 0);
    }
  }
  for (const CachedBlocks::Copy& copy : copies) {
    if (!copy.path.empty()) remove(copy.path);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
