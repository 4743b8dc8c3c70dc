#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/borrow.h>
#include <dstream/detail/chunk_buffer.h>
#include <dstream/detail/combine_buffer.h>
#include <dstream/detail/step.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

/// How a record that is kept as Owned<T> is looked at: in place where T is kept as it is.
template <class T>
using KeptReference = std::conditional_t<std::is_same_v<T, Owned<T>>, const T&, T>;
template <class T>
KeptReference<T> look_at(const Owned<T>& kept) {
  if constexpr (std::is_same_v<T, Owned<T>>) {
    return kept;
  } else {
    return borrow<T>(kept);
  }
}

/// Records of T that a slice keeps for the readers of a shuffle, in memory that clear() keeps. The
/// records come back as they went in: `operator[]` gives a T, whose views live as long as the
/// record is kept. Not thread-safe while it is written.
template <class T>
class RecordBuffer {
 public:
  void append(const T& record) {
    records_.reserve(records_.size() + 1);
    records_.push_reserved(own(record));
  }
  void append(T&& record) {
    records_.reserve(records_.size() + 1);
    records_.push_reserved(own(std::move(record)));
  }
  std::size_t size() const noexcept { return records_.size(); }
  std::size_t bytes() const noexcept { return records_.bytes(); }
  void clear() noexcept { records_.clear(); }
  void swap(RecordBuffer& other) noexcept { records_.swap(other.records_); }

  KeptReference<T> operator[](std::size_t i) const { return look_at<T>(records_[i]); }
  void prefetch(std::size_t i) const noexcept { __builtin_prefetch(records_.data() + i); }

 private:
  CombineBuffer<Owned<T>> records_;
};

/// Text end to end, and where each ends.
template <>
class RecordBuffer<std::string_view> {
 public:
  void append(std::string_view text) {
    ends_.reserve(ends_.size() + 1);
    const std::size_t begin = bytes_.size();
    bytes_.resize_uninitialized(begin + text.size());
    if (!text.empty()) std::memcpy(bytes_.data() + begin, text.data(), text.size());
    ends_.emplace_reserved(bytes_.size());
  }
  std::size_t size() const noexcept { return ends_.size(); }
  std::size_t bytes() const noexcept { return bytes_.bytes() + ends_.bytes(); }
  void clear() noexcept {
    bytes_.clear();
    ends_.clear();
  }
  void swap(RecordBuffer& other) noexcept {
    bytes_.swap(other.bytes_);
    ends_.swap(other.ends_);
  }

  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin};
  }
  void prefetch(std::size_t i) const noexcept { __builtin_prefetch(ends_.data() + i); }

 private:
  CombineBuffer<char> bytes_;
  CombineBuffer<std::size_t> ends_;
};

/// What a reader hands on, chunk by chunk.
template <class T>
class ReaderOutput {
 public:
  template <class... Args>
  void emplace(Step& to, Args&&... args) {
    if (buffer_.full()) pass_on(to);
    buffer_.emplace(std::forward<Args>(args)...);
  }
  void pass_on(Step& to) {
    if (buffer_.size() == 0) return;
    to.process({buffer_.end() - buffer_.size(), buffer_.size(), true});
    buffer_.clear();
  }
  void clear() noexcept { buffer_.clear(); }

 private:
  ChunkBuffer<T> buffer_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
