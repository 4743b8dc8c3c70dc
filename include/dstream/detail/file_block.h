#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/block.h>
#include <dstream/decoder.h>
#include <dstream/detail/file_decoder.h>
#include <dstream/detail/file_reading.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

class FileBlock;

/// A decoder without its type.
struct FileDecoder {
  std::shared_ptr<const void> decoder;
  SplitRule rule;
  /// Reads a whole piece: decodes it with a copy of the decoder and hands its records to the step.
  void (*read)(const FileBlock& block, const void* decoder, Step& to);
};

/// A piece of a file as a block: nothing of it is in memory. The tasks read it, each time they must,
/// and hand its records on chunk by chunk. It is one slice; how many records it has is known once
/// they have been read.
class DSTREAM_EXPORT FileBlock final : public Block {
 public:
  FileBlock(FilePiece piece, std::shared_ptr<FileReading> reading,
            std::shared_ptr<const FileDecoder> decoder);
  ~FileBlock() override;

  std::size_t size() const final { return 1; }
  std::uint64_t records_found() const final { return records_.load(std::memory_order_relaxed); }
  std::size_t bytes() const final { return sizeof(*this); }
  void read(std::size_t begin, std::size_t end, Step& to) const override;

  // For the decoder.

  void read_bytes(const FilePass& pass) const;
  /// The n-th piece of bad input of this block, counted from 0: reported once, however often the
  /// block is read. Throws Error{Errc::corrupt_data} where the policy is to fail.
  void report_bad(std::uint64_t n, std::string_view reason, std::string_view payload) const;

 private:
  /// All has been read.
  void finish(std::uint64_t records) const;

  const FilePiece piece_;
  const std::shared_ptr<FileReading> reading_;
  const std::shared_ptr<const FileDecoder> decoder_;
  mutable std::mutex mutex_;            // leaf but for the dead letters; guards reported_
  mutable std::uint64_t reported_ = 0;  ///< pieces of bad input that have been reported
  mutable std::atomic<std::uint64_t> records_{0};
  mutable std::atomic<bool> counted_{false};
};

/// Makes the blocks of a file source.
class DSTREAM_EXPORT FileBlockMaker {
 public:
  explicit FileBlockMaker(std::shared_ptr<const FileDecoder> decoder);
  ~FileBlockMaker();
  SplitRule split_rule() const { return decoder_->rule; }
  BlockPtr make(FilePiece piece, std::shared_ptr<FileReading> reading) const;

 private:
  const std::shared_ptr<const FileDecoder> decoder_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
