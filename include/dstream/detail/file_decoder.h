#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <dstream/decoder.h>
#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/step.h>
#include <dstream/export.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

class FileBlock;
class FileBlockMaker;

/// A decoder at work on a block: `decode` takes bytes and gives how many it is done with, `flush`
/// hands on what has been collected and gives how many records there were in all.
struct FilePass {
  void* state;
  std::size_t (*decode)(void* state, std::string_view bytes, bool last);
  std::uint64_t (*flush)(void* state);
};

/// Reads the block's piece of its file.
DSTREAM_EXPORT void read_bytes(const FileBlock& block, const FilePass& pass);
/// The n-th piece of bad input of a block, see FileBlock::report_bad().
DSTREAM_EXPORT void report_bad(const FileBlock& block, std::uint64_t n, std::string_view reason,
                               std::string_view payload);

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
    report_bad(block_, bad_++, reason, payload);
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
  read_bytes(block, {&state,
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

/// Takes `decoder` over.
DSTREAM_EXPORT std::shared_ptr<const FileBlockMaker> make_file_block_maker(
    const void* decoder, void (*destroy)(const void* decoder), const SplitRule& rule,
    void (*read)(const FileBlock& block, const void* decoder, Step& to));

}  // namespace detail
}  // namespace v1
}  // namespace dstream
