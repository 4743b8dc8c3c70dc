#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/detail/text_simd.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

// Function objects for text, to be handed to flat_map, filter and map. All of them see bytes: any
// byte may occur, NUL and invalid UTF-8 included. They may be copied, moved and called from any
// number of threads at once, and the views that they give point into the text they were given.

/// What a `Split` does with the empty text between two delimiters next to each other.
enum class EmptyFields { skip, keep };

/// Cuts a text at its delimiters; made by `split`, `split_any` and `split_whitespace`.
template <class Matcher, EmptyFields kEmpty>
class Split {
 public:
  explicit constexpr Split(Matcher matcher) noexcept : matcher_(matcher) {}

  /// Calls `emit(std::string_view)` for each word, in order.
  template <class Emit>
  requires std::is_invocable_v<Emit&, std::string_view>
  void operator()(std::string_view text, Emit&& emit) const {
    const char* begin = text.data();
    each_delimiter(text, [&](const char* end) {
      if (kEmpty == EmptyFields::keep || end != begin) [[likely]]
        emit(word(begin, end));
      begin = end + 1;
    });
  }

  /// The room that the raw form needs for this text, in words.
  static constexpr std::size_t max_outputs(std::string_view text) noexcept {
    return kEmpty == EmptyFields::keep ? text.size() + 1 : text.size() / 2 + 2;
  }

  /// The raw form, the faster one: writes the words from `out`, where there is room for
  /// `max_outputs(text)` of them, and returns the place behind the last. The places up to
  /// max_outputs that are not returned hold unspecified views afterwards.
  std::string_view* operator()(std::string_view text, std::string_view* out) const noexcept {
    const char* begin = text.data();
    each_delimiter(text, [&](const char* end) {
      // Written always and kept if wanted: no branch that depends on the text.
      *out = word(begin, end);
      out += kEmpty == EmptyFields::keep || end != begin;
      begin = end + 1;
    });
    return out;
  }

 private:
  static std::string_view word(const char* begin, const char* end) noexcept {
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  /// Calls `visit` with the place of each delimiter, and at last with the end of the text.
  template <class Visit>
  void each_delimiter(std::string_view text, Visit&& visit) const {
    const char* at = text.data();
    const char* const tail = at + text.size() / detail::kMaskBytes * detail::kMaskBytes;
    const auto visit_bits = [&](std::uint64_t mask) {
      for (; mask != 0; mask &= mask - 1) visit(at + std::countr_zero(mask));
    };
    for (; at != tail; at += detail::kMaskBytes) visit_bits(detail::mask64(matcher_, at));
    const std::uint64_t end = std::uint64_t{1} << text.size() % detail::kMaskBytes;
    visit_bits(detail::mask_tail(matcher_, text.data(), text.size()) | end);
  }

  Matcher matcher_;
};

/// Cuts at one byte and leaves empty words out: "a,,b," gives "a" and "b", "" gives nothing.
constexpr auto split(char delimiter) noexcept {
  return Split<detail::ByteMatcher, EmptyFields::skip>(detail::ByteMatcher(delimiter));
}

/// Options of `split` for fields instead of words.
struct KeepEmpty {};
inline constexpr KeepEmpty keep_empty{};

/// Cuts at one byte and keeps empty fields: one field more than there are delimiters. "a,,b,"
/// gives "a", "", "b" and "", and "" gives one empty field.
constexpr auto split(char delimiter, KeepEmpty) noexcept {
  return Split<detail::ByteMatcher, EmptyFields::keep>(detail::ByteMatcher(delimiter));
}

/// Cuts at ASCII white space (space, \t, \n, \v, \f, \r) and leaves empty words out.
constexpr auto split_whitespace() noexcept {
  return Split<detail::SpaceMatcher, EmptyFields::skip>(detail::SpaceMatcher());
}

namespace detail {

/// A text to look for, and the two of its bytes (if there are two) that are looked for first.
struct Needle {
  DSTREAM_EXPORT explicit Needle(std::string_view text);

  std::string bytes;
  std::size_t first_at = 0;
  std::size_t second_at = 0;
  char first_byte = 0;
  char second_byte = 0;
};

/// A search for one class of needles with one class of instructions.
struct SearchKernels {
  bool (*find)(const char* text, std::size_t size, const Needle& needle) noexcept;
  std::size_t (*select)(const std::string_view* lines, std::size_t count, std::string_view* out,
                        const Needle& needle) noexcept;
};

}  // namespace detail

/// The predicate "the text holds the needle"; made by `contains`.
class Contains {
 public:
  DSTREAM_EXPORT explicit Contains(std::string_view needle);

  bool operator()(std::string_view text) const noexcept {
    return kernels_.find(text.data(), text.size(), needle_);
  }

  /// The bulk form, the faster one: copies those of `count` lines that hold the needle to `out`,
  /// in order, and returns their number. `out` has room for `count` and may be `lines`; the places
  /// behind the returned ones hold unspecified views afterwards.
  std::size_t select(const std::string_view* lines, std::size_t count,
                     std::string_view* out) const noexcept {
    return kernels_.select(lines, count, out, needle_);
  }

 private:
  detail::Needle needle_;
  detail::SearchKernels kernels_;
};

/// True for texts that hold `needle`; an empty needle is in every text.
inline Contains contains(std::string_view needle) { return Contains(needle); }

}  // namespace v1
}  // namespace dstream
