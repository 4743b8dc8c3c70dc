#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <dstream/block.h>
#include <dstream/detail/block_format.h>
#include <dstream/detail/collector.h>
#include <dstream/file_system.h>
#include <dstream/random.h>
#include <dstream/storage_level.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// How a data set is kept.
struct CacheSpec {
  StorageLevel level = StorageLevel::memory;
  CollectorFactory collector = nullptr;  ///< makes copies
  const BlockFormat* format = nullptr;   ///< for levels with a disk
};

class BlockCache;

/// A data set that is kept, in memory or in files; forgotten with its last owner. Thread-safe: the
/// cache's mutex guards it.
class CachedBlocks {
 public:
  CachedBlocks(std::shared_ptr<BlockCache> cache, const CacheSpec& spec,
               std::vector<BlockPtr> blocks);
  ~CachedBlocks();

  /// The blocks as they were given. From files where the set has gone there: the first one that is
  /// not damaged. Throws Error{Errc::corrupt_data} or {Errc::io} of the first file, and
  /// Errc::illegal_state once the cache is closed.
  std::vector<BlockPtr> read() const;

 private:
  friend class BlockCache;
  /// What one executor holds.
  struct Copy {
    std::vector<BlockPtr> blocks;
    std::string path;  ///< where the blocks are, once they have left memory
  };

  const std::shared_ptr<BlockCache> cache_;
  const CacheSpec spec_;
  std::vector<std::size_t> sizes_;  // records per block
  std::vector<Copy> copies_;        // one per executor that holds the set
  std::size_t bytes_ = 0;           // in memory, all copies together
  bool on_disk_ = false;
  bool spilling_ = false;  // a thread writes it
};

using CachedBlocksPtr = std::shared_ptr<CachedBlocks>;

/// Data sets that outlive their batch, of one context. Memory: what the sets of a level without a
/// disk need, and for the others Settings::memory_bytes all together, looked at by make_room().
/// Files are written and read without the lock. Thread-safe.
class BlockCache : public std::enable_shared_from_this<BlockCache> {
 public:
  struct Settings {
    std::size_t memory_bytes = 0;
    std::string directory;
    std::shared_ptr<FileSystem> files;
    std::shared_ptr<Random> random;
  };
  explicit BlockCache(Settings settings);

  bool has_directory() const { return !settings_.directory.empty(); }
  /// Throws Error{Errc::io} where it cannot be made.
  void make_directory() const;
  /// Takes a set in, in memory.
  CachedBlocksPtr put(const CacheSpec& spec, std::vector<BlockPtr> blocks);
  /// Writes the oldest sets to files until the bound is kept. Blocks on files. Throws
  /// Error{Errc::io} when one cannot be written: it then stays in memory as it was.
  void make_room();
  /// Memory held, in bytes.
  std::size_t bytes() const;
  /// Forgets everything and removes the files.
  void close();

 private:
  friend class CachedBlocks;

  CachedBlocksPtr next_victim();
  void spill(CachedBlocks& set);
  std::string write(const CachedBlocks& set, const std::vector<BlockPtr>& blocks);
  std::string next_path();
  void remove(const std::string& path) const noexcept;

  const Settings settings_;
  mutable std::mutex mutex_;                     // leaf; guards all below, and all CachedBlocks
  std::list<std::weak_ptr<CachedBlocks>> sets_;  // oldest first
  std::size_t bytes_ = 0;
  std::uint64_t files_made_ = 0;
  std::string prefix_;  // of file names; drawn with the first one
  bool closed_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
