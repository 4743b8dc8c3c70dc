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
#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/file_reading.h>
#include <dstream/detail/kept.h>
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

  /// A decoder at work: `decode` takes bytes and gives how many it is done with, `flush` hands on
  /// what has been collected and gives how many records there were in all.
  struct Pass {
    void* state;
    std::size_t (*decode)(void* state, std::string_view bytes, bool last);
    std::uint64_t (*flush)(void* state);
  };
  void read_bytes(const Pass& pass) const;
  /// The n-th piece of bad input of this block, counted from 0: reported once, however often the
  /// block is read. Throws Error{Errc::corrupt_data} where the policy is to fail.
  void report_bad(std::uint64_t n, std::string_view reason, std::string_view payload) const;

 private:
  /// All has been read.
  void finish(std::uint64_t records) const;

  const FilePiece piece_;
  const std::shared_ptr<FileReading> reading_;
  const std::shared_ptr<const FileDecoder> decoder_;
  mutable std::mutex mutex_;              // leaf but for the dead letters; guards reported_
  mutable std::uint64_t reported_ = 0;    ///< pieces of bad input that have been reported
  mutable std::atomic<std::uint64_t> records_{0};
  mutable std::atomic<bool> counted_{false};
};

/// Takes what a decoder finds in a block: collects records into chunks. What a chunk's views point
/// at stays until flush().
template <class T>
class DecodedChunks {
 public:
  DecodedChunks(Step& to, const FileBlock& block) : to_(to), block_(block) {}

  void record(T record) {
    records_.emplace(std::move(record));
    if (records_.full()) flush();
  }
  void bad(std::string_view reason, std::string_view payload) {
    block_.report_bad(bad_++, reason, payload);
  }

  void flush() {
    const std::size_t size = records_.size();
    if (size == 0) return;
    count_ += size;
    // The buffer is this reader's own, so the next step may move from it.
    to_.process({records_.end() - size, size, true});
    records_.clear();
  }
  std::uint64_t count() const { return count_; }

 private:
  Step& to_;
  const FileBlock& block_;
  ChunkBuffer<T> records_;
  std::uint64_t count_ = 0;
  std::uint64_t bad_ = 0;
};

template <class D>
void read_file_block(const FileBlock& block, const void* decoder, Step& to) {
  using Record = typename D::Record;
  struct State {
    D decoder;
    DecodedChunks<Record> out;
  } state{*static_cast<const D*>(decoder), {to, block}};
  block.read_bytes({&state,
                    [](void* at, std::string_view bytes, bool last) {
                      auto& [file_decoder, out] = *static_cast<State*>(at);
                      const std::size_t done = file_decoder.decode(bytes, last, out);
                      if constexpr (kHoldsViews<Record>) out.flush();
                      return done;
                    },
                    [](void* at) {
                      auto& out = static_cast<State*>(at)->out;
                      out.flush();
                      return out.count();
                    }});
}

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

/// Takes `decoder` over.
DSTREAM_EXPORT std::shared_ptr<const FileBlockMaker> make_file_block_maker(
    const void* decoder, void (*destroy)(const void* decoder), const SplitRule& rule,
    void (*read)(const FileBlock& block, const void* decoder, Step& to));

}  // namespace detail
}  // namespace v1
}  // namespace dstream
