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
#include <dstream/detail/file_reading.h>
#include <dstream/detail/kept.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// A piece of a file as a block: nothing of it is in memory. The tasks read it, each time they must,
/// and hand its records on chunk by chunk. It is one slice; how many records it has is known once
/// they have been read.
class DSTREAM_EXPORT FileBlock : public Block {
 public:
  FileBlock(FilePiece piece, std::shared_ptr<FileReading> reading);
  ~FileBlock() override;

  std::size_t size() const final { return 1; }
  std::uint64_t records_found() const final { return records_.load(std::memory_order_relaxed); }
  std::size_t bytes() const final { return sizeof(*this); }

 protected:
  const FilePiece& piece() const { return piece_; }
  FileReading& reading() const { return *reading_; }
  /// The n-th piece of bad input of this block, counted from 0: reported once, however often the
  /// block is read. Throws Error{Errc::corrupt_data} where the policy is to fail.
  void report_bad(std::uint64_t n, std::string_view reason, std::string_view payload) const;
  /// All has been read.
  void finish(std::uint64_t records) const;

 private:
  const FilePiece piece_;
  const std::shared_ptr<FileReading> reading_;
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
  using Report = void (*)(const void* block, std::uint64_t n, std::string_view reason,
                          std::string_view payload);

  DecodedChunks(Step& to, const void* block, Report report)
      : to_(to), block_(block), report_(report) {
    records_.reserve(chunk_capacity<T>());
  }

  void record(T record) {
    records_.push_back(std::move(record));
    if (records_.size() == chunk_capacity<T>()) flush();
  }
  void bad(std::string_view reason, std::string_view payload) {
    report_(block_, bad_++, reason, payload);
  }

  void flush() {
    if (records_.size() == 0) return;
    count_ += records_.size();
    // The buffer is this reader's own, so the next step may move from it.
    to_.process({const_cast<void*>(static_cast<const void*>(records_.data())), records_.size(), true});
    records_.clear();
  }
  std::uint64_t count() const { return count_; }

 private:
  Step& to_;
  const void* block_;
  Report report_;
  Array<T> records_;
  std::uint64_t count_ = 0;
  std::uint64_t bad_ = 0;
};

/// The block of a file that D decodes.
template <class D>
class DecodedFileBlock final : public FileBlock {
 public:
  using Record = typename D::Record;

  DecodedFileBlock(FilePiece piece, std::shared_ptr<FileReading> reading,
                   std::shared_ptr<const D> decoder)
      : FileBlock(std::move(piece), std::move(reading)), decoder_(std::move(decoder)) {}

  void read(std::size_t begin, std::size_t end, Step& to) const override {
    if (begin == end) return;
    D decoder = *decoder_;
    DecodedChunks<Record> out(to, this, [](const void* block, std::uint64_t n,
                                           std::string_view reason, std::string_view payload) {
      static_cast<const DecodedFileBlock*>(block)->report_bad(n, reason, payload);
    });
    FileReader reader(piece(), reading());
    if (const std::string_view header = reader.header(); !header.empty()) {
      decoder.decode(header, false, out);
    }
    while (reader.more()) {
      reader.done_with(decoder.decode(reader.bytes(), reader.last(), out));
      if constexpr (kHoldsViews<Record>) out.flush();
    }
    out.flush();
    finish(out.count());
  }

 private:
  const std::shared_ptr<const D> decoder_;
};

/// Makes the blocks of a file source.
class DSTREAM_EXPORT FileBlockMaker {
 public:
  virtual ~FileBlockMaker();
  virtual SplitRule split_rule() const = 0;
  virtual BlockPtr make(FilePiece piece, std::shared_ptr<FileReading> reading) const = 0;
};

template <class D>
class DecodedFileBlockMaker final : public FileBlockMaker {
 public:
  explicit DecodedFileBlockMaker(D decoder)
      : decoder_(make_kept<const D>(std::move(decoder))) {}
  SplitRule split_rule() const override { return split_rule_of(*decoder_); }
  BlockPtr make(FilePiece piece, std::shared_ptr<FileReading> reading) const override {
    return std::make_shared<DecodedFileBlock<D>>(std::move(piece), std::move(reading), decoder_);
  }

 private:
  std::shared_ptr<const D> decoder_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
