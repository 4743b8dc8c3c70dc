#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/decoder.h>
#include <dstream/detail/block_generator.h>
#include <dstream/detail/box.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Told what a decoder cannot read.
class DSTREAM_EXPORT BadRecordSink {
 public:
  virtual ~BadRecordSink();
  virtual void bad(std::string_view reason, std::string_view payload) = 0;
};

/// A decoder and the block that its records go to, without their types: one indirect call for all
/// that was read at once.
class DSTREAM_EXPORT RecordDecoder {
 public:
  virtual ~RecordDecoder();
  virtual Box<RecordDecoder> copy() const = 0;
  virtual Box<OpenBlock> make_block() const = 0;
  /// See Decoder; `to` is of make_block()'s type.
  virtual std::size_t decode(std::string_view bytes, bool last, OpenBlock& to,
                             BadRecordSink& bad) = 0;
};

/// What a decoder writes to: Out of the concept Decoder.
template <class T>
class DecodeOut {
 public:
  DecodeOut(TypedOpenBlock<T>& block, BadRecordSink& bad) : block_(block), bad_(bad) {}

  template <class U>
  void record(U&& record) {
    if constexpr (std::is_same_v<std::remove_cvref_t<U>, T>) {
      block_.append(std::forward<U>(record));
    } else {
      block_.append(static_cast<T>(std::forward<U>(record)));
    }
  }
  /// The whole lines of a text as records, up to the first one that is too long.
  TakenLines lines(std::string_view text, std::size_t max_line_bytes)
    requires std::is_same_v<T, std::string_view>
  {
    return block_.append_lines(text, max_line_bytes);
  }
  void bad(std::string_view reason, std::string_view payload) { bad_.bad(reason, payload); }

 private:
  TypedOpenBlock<T>& block_;
  BadRecordSink& bad_;
};

template <class D>
class TypedDecoder final : public RecordDecoder {
 public:
  using Record = typename D::Record;

  explicit TypedDecoder(D decoder) : decoder_(std::move(decoder)) {}

  Box<RecordDecoder> copy() const override {
    return Box<RecordDecoder>(new TypedDecoder(decoder_));
  }
  Box<OpenBlock> make_block() const override {
    return Box<OpenBlock>(new TypedOpenBlock<Record>());
  }
  std::size_t decode(std::string_view bytes, bool last, OpenBlock& to,
                     BadRecordSink& bad) override {
    DecodeOut<Record> out(static_cast<TypedOpenBlock<Record>&>(to), bad);
    return decoder_.decode(bytes, last, out);
  }

 private:
  D decoder_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
