#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/error.h>
#include <dstream/text.h>

#include "base/text_split.h"
#include "support/catch.h"
#include "support/guarded_page.h"
#include "support/random_text.h"

namespace {

using dstream::split;
using dstream::testing::GuardedPage;
using dstream::testing::random_text;
using namespace std::string_view_literals;

using Words = std::vector<std::string_view>;

template <class Splitter>
Words emitted(const Splitter& splitter, std::string_view text) {
  Words words;
  splitter(text, [&](std::string_view word) { words.push_back(word); });
  return words;
}

/// What the raw form writes; fails if it writes past the room that it asked for.
template <class Splitter>
Words written(const Splitter& splitter, std::string_view text) {
  const std::size_t room = splitter.max_outputs(text);
  const std::string_view untouched = "untouched";
  Words words(room + 1, untouched);
  const auto count = static_cast<std::size_t>(splitter(text, words.data()) - words.data());
  REQUIRE(count <= room);
  REQUIRE(words[room].data() == untouched.data());
  words.resize(count);
  return words;
}

template <class IsDelimiter>
Words naive_split(std::string_view text, IsDelimiter is_delimiter, bool keep_empty) {
  Words words;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && !is_delimiter(text[i])) continue;
    if (keep_empty || i > begin) words.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return words;
}

bool same_views(const Words& a, const Words& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].data() != b[i].data() || a[i].size() != b[i].size()) return false;
  }
  return true;
}

template <class Splitter, class IsDelimiter>
void compare_with_naive(const Splitter& splitter, IsDelimiter is_delimiter, bool keep_empty,
                        std::string_view letters) {
  const GuardedPage page;
  std::mt19937 random(7);
  for (std::size_t size = 0; size <= 200; ++size) {
    for (std::size_t shift = 0; shift < 16; ++shift) {
      const std::string text = random_text(random, size, letters);
      char* const inside = page.begin() + 256 + shift;
      std::memcpy(inside, text.data(), size);
      for (const std::string_view place :
           {page.at_end(text), page.at_begin(text), std::string_view(inside, size)}) {
        const Words expected = naive_split(place, is_delimiter, keep_empty);
        INFO("size " << size << ", text '" << place << "'");
        if (!same_views(emitted(splitter, place), expected)) FAIL("the emitting form differs");
        if (!same_views(written(splitter, place), expected)) FAIL("the raw form differs");
      }
    }
  }
  SUCCEED();
}

TEST_CASE("split leaves empty words out", "[text]") {
  const auto splitter = split(',');
  CHECK(emitted(splitter, "").empty());
  CHECK(emitted(splitter, std::string_view()).empty());
  CHECK(emitted(splitter, ",,,").empty());
  CHECK(emitted(splitter, "a") == Words{"a"});
  CHECK(emitted(splitter, "a,bc,d") == Words{"a", "bc", "d"});
  CHECK(emitted(splitter, ",a,,b,") == Words{"a", "b"});
  CHECK(emitted(split('\0'), "a\0\0b"sv) == Words{"a", "b"});
  CHECK(emitted(split('\xFF'), "\xFE\xFF\xC3"sv) == Words{"\xFE", "\xC3"});
}

TEST_CASE("split with keep_empty gives one field more than delimiters", "[text]") {
  const auto splitter = split(',', dstream::keep_empty);
  CHECK(emitted(splitter, "") == Words{""});
  CHECK(emitted(splitter, ",") == Words{"", ""});
  CHECK(emitted(splitter, "a,,b,") == Words{"a", "", "b", ""});
}

TEST_CASE("split_any and split_whitespace", "[text]") {
  CHECK(emitted(dstream::split_any(",;"), "a,;b;c") == Words{"a", "b", "c"});
  CHECK(emitted(dstream::split_whitespace(), " a\tb\r\n c\v\fd\xA0 ") ==
        Words{"a", "b", "c", "d\xA0"});
  CHECK_THROWS_AS(dstream::split_any(""), dstream::Error);
  CHECK_THROWS_AS(dstream::split_any("123456789"), dstream::Error);
}

TEST_CASE("split agrees with a naive loop at all sizes and places", "[text]") {
  const auto blank = [](char c) { return c == ' '; };
  const auto is_x = [](char c) { return c == 'x'; };
  // So few that most blocks hold no empty word, and some no delimiter at all.
  constexpr std::string_view kSparse = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  SECTION("words") { compare_with_naive(split(' '), blank, false, "abcdefg "); }
  SECTION("mostly delimiters") { compare_with_naive(split(' '), blank, false, "a   "); }
  SECTION("fields") { compare_with_naive(split(' ', dstream::keep_empty), blank, true, "ab "); }
  SECTION("words, by the kernel for all processors") {
    using dstream::detail::ByteMatcher;
    const dstream::Split<ByteMatcher, dstream::EmptyFields::skip> baseline{ByteMatcher(' ')};
    compare_with_naive(baseline, blank, false, "abcdefg ");
    compare_with_naive(baseline, blank, false, "a   ");
  }
  SECTION("one delimiter at a time") { compare_with_naive(split('x'), is_x, false, kSparse); }
  SECTION("any") {
    const auto any = [](char c) { return c == ',' || c == ';' || c == '\xF0'; };
    compare_with_naive(dstream::split_any(",;\xF0"), any, false, "abc,;\xF0");
  }
  SECTION("white space") {
    const auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    compare_with_naive(dstream::split_whitespace(), space, false,
                       "ab \t\n\v\f\r\x08\x0E\x1F!\x80\x8D\xFF");
  }
}

TEST_CASE("split: both kernels take words and blanks of any length", "[text]") {
  std::mt19937 random(13);
  const auto kernels = {&dstream::detail::split_words_baseline,
                        dstream::detail::best_split_kernel()};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t words = random() % 30; words > 0; --words) {
      text.append(1 + random() % (random() % 8 == 0 ? 150 : 12), 'w');
      text.append(random() % 16 == 0 ? random() % 70 : 1, ' ');
    }
    const Words expected = naive_split(
        text, [](char c) { return c == ' '; }, false);
    for (const auto kernel : kernels) {
      Words words(dstream::SplitWords::max_outputs(text));
      std::string_view* const end = kernel(text.data(), text.size(), words.data(), ' ');
      words.resize(static_cast<std::size_t>(end - words.data()));
      if (!same_views(words, expected)) FAIL("text '" << text << "'");
    }
  }
  SUCCEED();
}

}  // namespace
