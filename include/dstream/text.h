#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

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
  /// What flat_map makes of a text.
  using Output = std::string_view;

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
    return kEmpty == EmptyFields::keep ? text.size() + 1 : (text.size() + 1) / 2;
  }

  /// The raw form, which needs no check of room for each word: writes the words from `out`, where
  /// there is room for `max_outputs(text)` of them, and returns the place behind the last.
  std::string_view* operator()(std::string_view text, std::string_view* out) const noexcept {
    const char* begin = text.data();
    each_delimiter(text, [&](const char* end) {
      if (kEmpty == EmptyFields::keep || end != begin) [[likely]]
        *out++ = word(begin, end);
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

namespace detail {

using SplitKernel = std::string_view* (*)(const char* text, std::size_t size, std::string_view* out,
                                          char delimiter) noexcept;

}  // namespace detail

/// Cuts a text at one byte and leaves empty words out; made by `split`. Like `Split`, but the raw
/// form uses the best instructions of the processor that it runs on.
class SplitWords {
 public:
  /// What flat_map makes of a text.
  using Output = std::string_view;

  DSTREAM_EXPORT explicit SplitWords(char delimiter);

  /// Calls `emit(std::string_view)` for each word, in order.
  template <class Emit>
    requires std::is_invocable_v<Emit&, std::string_view>
  void operator()(std::string_view text, Emit&& emit) const {
    Split<detail::ByteMatcher, EmptyFields::skip>(detail::ByteMatcher(delimiter_))(text, emit);
  }

  /// The room that the raw form needs for this text, in words.
  static constexpr std::size_t max_outputs(std::string_view text) noexcept {
    return (text.size() + 1) / 2 + 3;
  }

  /// The raw form, about 1.5 times as fast: writes the words from `out`, where there is room for
  /// `max_outputs(text)` of them, and returns the place behind the last. The rest of that room
  /// holds unspecified views afterwards.
  std::string_view* operator()(std::string_view text, std::string_view* out) const noexcept {
    return kernel_(text.data(), text.size(), out, delimiter_);
  }

 private:
  detail::SplitKernel kernel_;
  char delimiter_;
};

/// Cuts at one byte and leaves empty words out: "a,,b," gives "a" and "b", "" gives nothing.
inline SplitWords split(char delimiter) { return SplitWords(delimiter); }

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

/// Cuts at each of up to eight bytes and leaves empty words out. Throws Error{invalid_argument}
/// for none or more than eight.
inline auto split_any(std::string_view delimiters) {
  return Split<detail::AnyMatcher, EmptyFields::skip>(detail::AnyMatcher(delimiters));
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

/// The predicate "the text begins with `prefix`".
inline auto starts_with(std::string_view prefix) {
  return [held = std::string(prefix)](std::string_view text) noexcept {
    return text.starts_with(held);
  };
}

/// The predicate "the text ends with `suffix`".
inline auto ends_with(std::string_view suffix) {
  return
      [held = std::string(suffix)](std::string_view text) noexcept { return text.ends_with(held); };
}

/// The predicate "the text is `other`, byte for byte".
inline auto equals(std::string_view other) {
  return [held = std::string(other)](std::string_view text) noexcept { return text == held; };
}

/// The text without the ASCII white space (space, \t, \n, \v, \f, \r) that it begins with.
inline constexpr auto trim_left = [](std::string_view text) constexpr noexcept {
  while (!text.empty() && detail::SpaceMatcher().matches(text.front())) text.remove_prefix(1);
  return text;
};

/// The text without the ASCII white space that it ends with.
inline constexpr auto trim_right = [](std::string_view text) constexpr noexcept {
  while (!text.empty() && detail::SpaceMatcher().matches(text.back())) text.remove_suffix(1);
  return text;
};

/// The text without the ASCII white space at both ends.
inline constexpr auto trim = [](std::string_view text) constexpr noexcept {
  return trim_right(trim_left(text));
};

/// A copy with 'A' to 'Z' made small; all other bytes stay as they are, whatever the locale.
inline constexpr auto to_lower_ascii = [](std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
};

/// The types that `parse` makes: integers and floating-point numbers, not bool nor the wide
/// character types.
template <class T>
concept ParsableNumber =
    std::is_floating_point_v<T> ||
    (std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, wchar_t> &&
     !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>);

/// The number that the whole text spells in decimal, or nothing: for an empty text, for anything
/// before or behind the number (blanks too), and for a number out of T's range. One leading '+' is
/// accepted, and '-' for signed types. Floating-point types also take exponents, "inf" and "nan".
/// Does not depend on the locale.
template <ParsableNumber T>
std::optional<T> parse(std::string_view text) noexcept;

}  // namespace v1
}  // namespace dstream
