#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <dstream/detail/file_block.h>
#include <dstream/file_source.h>
#include <dstream/options.h>

#include "settings.h"

namespace dstream::bench {

/// Files in memory (below /dev/shm, or else in the folder for temporary files), one per batch;
/// removed with this.
class FileData {
 public:
  /// `content(i)` gives what is in file i.
  FileData(std::size_t files, const std::function<std::string(std::size_t)>& content);
  ~FileData();
  FileData(const FileData&) = delete;
  FileData& operator=(const FileData&) = delete;

  const std::vector<std::string>& paths() const { return paths_; }

  std::uint64_t records = 0;  ///< of all files

 private:
  std::string directory_;
  std::vector<std::string> paths_;
};

/// Per file the blocks that a source of files makes of it.
std::vector<std::vector<detail::BlockPtr>> file_batches(
    const FileData& data, const std::shared_ptr<const detail::FileBlockMaker>& maker);

/// About 1 GB of text: in each of 10 files the text of word_count.
std::shared_ptr<const FileData> make_text_files(const Settings& settings);

/// The struct of 6 fields that csv and ndjson read.
struct Trade {
  std::int64_t time;
  std::uint32_t id;
  std::string_view symbol;
  double price;
  std::int32_t size;
  bool buy;
};

/// A number in which every field takes part.
inline std::int64_t digest_of_trade(const Trade& trade) {
  return trade.time + trade.id + static_cast<std::int64_t>(trade.symbol.size()) * 31 +
         static_cast<unsigned char>(trade.symbol.back()) +
         static_cast<std::int64_t>(trade.price * 128) + trade.size + (trade.buy ? 7 : 0);
}

/// The trade with a number, the same on every call; its symbol lives as long as the program.
Trade trade_of(std::uint64_t number);

/// 4 M trades in 4 files, each written by `append`.
std::shared_ptr<const FileData> make_trade_files(
    const Settings& settings, const std::string& header,
    const std::function<void(std::string& out, const Trade& trade)>& append);

}  // namespace dstream::bench
