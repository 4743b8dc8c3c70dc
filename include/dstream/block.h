#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/detail/box.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/kept.h>
#include <dstream/detail/record_array.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Records at rest: an immutable run that tasks read chunk by chunk, as often as they must. Safe to
/// read from any number of threads.
class DSTREAM_EXPORT Block : public SliceOutput {
 public:
  ~Block() override;

  /// Number of records; 1, for all of them, where it is not known before they have been read.
  virtual std::size_t size() const = 0;
  /// Number of records as far as it is known: 0 where it is not yet.
  virtual std::uint64_t records_found() const { return size(); }
  /// Hands the records [begin, end) to `to`, in chunks.
  virtual void read(std::size_t begin, std::size_t end, Step& to) const = 0;

  std::size_t records(std::uint32_t) const final { return size(); }
};

using BlockPtr = std::shared_ptr<const Block>;

/// A vector<bool> that is an array of bytes, as Arrow-compatible readers of single bytes and
/// span<const bool> want it.
class BoolArray {
 public:
  using value_type = bool;
  void push_back(bool value) {
    if (size_ == capacity_) reserve(capacity_ == 0 ? 64 : capacity_ * 2);
    data_[size_++] = value;
  }
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    Box<bool[]> grown(new bool[capacity]);
    for (std::size_t i = 0; i < size_; ++i) grown[i] = data_[i];
    data_ = std::move(grown);
    capacity_ = capacity;
  }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  const bool* data() const { return data_.get(); }
  const bool* begin() const { return data_.get(); }
  const bool* end() const { return data_.get() + size_; }

 private:
  Box<bool[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// An array of T at rest.
template <class T>
using Array = std::conditional_t<std::is_same_v<T, bool>, BoolArray, std::vector<T>>;

/// A block that is an array of records of any type.
class DSTREAM_EXPORT RecordBlock : public Block {
 public:
  explicit RecordBlock(RecordArray records) noexcept : records_(std::move(records)) {}
  ~RecordBlock() override;

  std::size_t size() const final { return records_.size(); }
  std::size_t bytes() const final;
  void read(std::size_t begin, std::size_t end, Step& to) const final;

  const RecordArray& kept() const { return records_; }

 private:
  RecordArray records_;
};

/// Made in the library: users' code instantiates no block per type.
DSTREAM_EXPORT BlockPtr make_record_block(RecordArray records);

/// The records of a RecordBlock of T.
template <class T>
std::span<const Owned<T>> array_of(const Block& block) {
  const RecordArray& records = static_cast<const RecordBlock&>(block).kept();
  return {reinterpret_cast<const Owned<T>*>(records.data()), records.size()};
}

/// What a BlockBuilder<T> makes: a block that knows its type.
template <class T>
class ArrayBlock final : public RecordBlock {
 public:
  using RecordBlock::RecordBlock;
  std::span<const Owned<T>> array() const { return array_of<T>(*this); }
};

class TextPool;

/// Text at rest, as Arrow's string arrays have it: the bytes of all values end to end, and
/// size() + 1 offsets into them.
class DSTREAM_EXPORT TextBlock final : public Block {
 public:
  /// `pool`, which may be null, gets the memory of the bytes in the end.
  TextBlock(CombineBuffer<char> bytes, CombineBuffer<std::int32_t> offsets,
            std::shared_ptr<TextPool> pool);
  ~TextBlock() override;

  std::size_t size() const override { return offsets_.size() - 1; }
  std::size_t bytes() const override;
  void read(std::size_t begin, std::size_t end, Step& to) const override;

  std::string_view operator[](std::size_t i) const {
    return {bytes_.data() + offsets_[i], static_cast<std::size_t>(offsets_[i + 1] - offsets_[i])};
  }
  /// Arrow's value buffer.
  const char* data() const { return bytes_.data(); }
  /// Arrow's offset buffer: size() + 1 entries, the first is 0.
  const std::int32_t* offsets() const { return offsets_.data(); }

 private:
  CombineBuffer<char> bytes_;
  CombineBuffer<std::int32_t> offsets_;
  const std::shared_ptr<TextPool> pool_;
};

/// What became of a text that was given to be cut into lines.
struct TakenLines {
  std::size_t bytes;  ///< of the lines taken, with their ends
  bool overlong;      ///< the next line is too long; otherwise no whole line is left
};

}  // namespace detail

/// How records of T lie at rest, in blocks of received data, caches and materialised results:
///   arithmetic types   one array (bool as bytes), which Arrow can read as it is
///   std::string_view   Arrow's string layout: bytes and 32-bit offsets, at most 2 GiB a block
///   everything else    an array of Owned<T>
/// Append records, then finish(). Not thread-safe.
template <class T>
class BlockBuilder {
 public:
  void append(const T& record) { records_.template emplace<Owned<T>>(own(record)); }
  void append(T&& record) { records_.template emplace<Owned<T>>(own(std::move(record))); }
  /// Appends what own() made, or would make, of a record.
  void append_owned(Owned<T>&& record) { records_.template emplace<Owned<T>>(std::move(record)); }
  void reserve(std::size_t records) { records_.reserve(records); }
  std::size_t size() const { return records_.size(); }
  /// Memory held, in bytes; what the records hold on the heap is not counted.
  std::size_t bytes() const { return records_.size() * sizeof(Owned<T>); }
  /// Whether no record fits any more.
  bool full() const { return false; }
  void clear() noexcept { records_.clear(); }

  /// The block of what was appended; the builder is empty afterwards.
  std::shared_ptr<detail::ArrayBlock<T>> finish() {
    return detail::make_kept<detail::ArrayBlock<T>>(std::move(records_));
  }

 private:
  detail::RecordArray records_{detail::kRecordType<T>};
};

template <>
class DSTREAM_EXPORT BlockBuilder<std::string_view> {
 public:
  BlockBuilder();
  /// With memory of earlier blocks of this pool.
  explicit BlockBuilder(std::shared_ptr<detail::TextPool> pool);
  ~BlockBuilder();
  BlockBuilder(BlockBuilder&&) noexcept;
  BlockBuilder& operator=(BlockBuilder&&) noexcept;

  /// Copies the text in. Throws Error{Errc::capacity} beyond 2 GiB; look at full() first.
  void append(std::string_view text);
  /// Copies the whole lines at the begin of `text` in, up to the first one that is too long; lines
  /// end as those of `lines` do. Throws as append() does, and then has taken none.
  detail::TakenLines append_lines(std::string_view text, std::size_t max_line_bytes);
  void reserve(std::size_t records);
  /// Room for the text of all records together.
  void reserve_bytes(std::size_t bytes);
  std::size_t size() const { return offsets_.size() - 1; }
  std::size_t bytes() const { return bytes_.size() + offsets_.size() * sizeof(std::int32_t); }
  /// Whether the block has reached 1 GiB and should be finished.
  bool full() const { return bytes_.size() >= (std::size_t{1} << 30); }
  void clear() noexcept;
  std::shared_ptr<detail::TextBlock> finish();

 private:
  void make_room(std::size_t bytes);

  detail::CombineBuffer<char> bytes_;
  detail::CombineBuffer<std::int32_t> offsets_;
  std::shared_ptr<detail::TextPool> pool_;
};

}  // namespace v1
}  // namespace dstream
