#include <dstream/text.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/detail/text_key.h>
#include <dstream/error.h>

#include "base/text_search.h"
#include "support/catch.h"
#include "support/guarded_page.h"

namespace {

using dstream::contains;
using dstream::parse;
using dstream::split;
using dstream::testing::GuardedPage;
using namespace std::string_literals;
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

/// Random text over a few letters, so that delimiters and near misses are common.
std::string random_text(std::mt19937& random, std::size_t size, std::string_view letters) {
  std::string text(size, '\0');
  for (char& c : text) c = letters[random() % letters.size()];
  return text;
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
  SECTION("words") { compare_with_naive(split(' '), blank, false, "abcdefg "); }
  SECTION("mostly delimiters") { compare_with_naive(split(' '), blank, false, "a   "); }
  SECTION("fields") { compare_with_naive(split(' ', dstream::keep_empty), blank, true, "ab "); }
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

TEST_CASE("contains: a table of cases", "[text]") {
  CHECK(contains("")(""));
  CHECK(contains("")("abc"));
  CHECK(contains("")(std::string_view()));
  CHECK_FALSE(contains("a")(""));
  CHECK_FALSE(contains("a")(std::string_view()));
  CHECK(contains("a")("cba"));
  CHECK_FALSE(contains("ab")("a"));
  CHECK(contains("ab")("ab"));
  CHECK_FALSE(contains("abc")("ababab"));
  CHECK(contains("aab")("aaaaaab"));
  CHECK(contains("\0b"sv)("a\0b"sv));
  CHECK_FALSE(contains("\0c"sv)("a\0b"sv));
  CHECK(contains("\xFF\xFE")("xx\xFF\xFEyy"));
  CHECK(contains(std::string(300, 'x'))(std::string(400, 'x')));
  CHECK_FALSE(contains(std::string(300, 'x'))(std::string(299, 'x')));
}

TEST_CASE("contains owns its needle and survives copies and moves", "[text]") {
  std::string needle = "a needle that is longer than a small string";
  const std::string text = "here is " + needle + " in hay";
  auto first = contains(needle);
  needle.assign(needle.size(), '?');
  auto copy = first;
  auto moved = std::move(first);
  CHECK(copy(text));
  CHECK(moved(text));
  copy = contains("nowhere");
  CHECK_FALSE(copy(text));
}

TEST_CASE("contains: select keeps order and may work in place", "[text]") {
  for (const auto needle : {"", "a", "ab"}) {
    Words lines = {"ab", "", "xab", "ba", "a"};
    Words expected;
    for (const auto line : lines) {
      if (line.find(needle) != line.npos) expected.push_back(line);
    }
    const auto predicate = contains(needle);
    lines.resize(predicate.select(lines.data(), lines.size(), lines.data()));
    CHECK(lines == expected);
  }
}

using dstream::detail::Needle;
using dstream::detail::SearchLevel;

std::vector<SearchLevel> levels_here() {
  std::vector<SearchLevel> levels;
  for (const auto level : {SearchLevel::kPortable, SearchLevel::kSse2, SearchLevel::kAvx2}) {
    if (level <= dstream::detail::best_search_level()) levels.push_back(level);
  }
  return levels;
}

void search_everywhere(SearchLevel level, std::string_view text, const std::string& word) {
  const Needle needle(word);
  const auto kernels = dstream::detail::search_kernels(word.size(), level);
  const bool expected = text.find(word) != text.npos;
  INFO("level " << static_cast<int>(level) << ", needle '" << word << "', text '" << text << "'");
  if (kernels.find(text.data(), text.size(), needle) != expected) FAIL("find differs");
  std::string_view kept;
  if (kernels.select(&text, 1, &kept, needle) != std::size_t{expected}) FAIL("select differs");
}

TEST_CASE("every search kernel agrees with a naive search at all sizes and places", "[text]") {
  const GuardedPage page;
  std::mt19937 random(11);
  for (const SearchLevel level : levels_here()) {
    for (std::size_t size = 0; size <= 300; ++size) {
      for (const std::size_t length : {0U, 1U, 2U, 3U, 7U, 8U, 15U, 16U, 31U, 33U}) {
        const std::string text = random_text(random, size, "ab");
        std::string word = random_text(random, length, "ab");
        search_everywhere(level, page.at_end(text), word);
        search_everywhere(level, page.at_begin(text), word);
        // A needle that is there, at any place, and one that differs from it in one byte.
        if (length > size) continue;
        word = text.substr(random() % (size - length + 1), length);
        search_everywhere(level, page.at_end(text), word);
        if (length == 0) continue;
        word[random() % length] = 'c';
        search_everywhere(level, page.at_end(text), word);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("every search kernel finds a needle at each place of a long text", "[text]") {
  const GuardedPage page;
  const std::string word = "needle";
  for (const SearchLevel level : levels_here()) {
    for (std::size_t size = word.size(); size <= 300; size += 7) {
      for (std::size_t at = 0; at + word.size() <= size; ++at) {
        std::string text(size, 'e');
        text.replace(at, word.size(), word);
        search_everywhere(level, page.at_end(text), word);
        text[at + 2] = 'x';
        search_everywhere(level, page.at_end(text), word);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("starts_with, ends_with, equals", "[text]") {
  CHECK(dstream::starts_with("ab")("abc"));
  CHECK_FALSE(dstream::starts_with("abc")("ab"));
  CHECK(dstream::starts_with("")(""));
  CHECK(dstream::ends_with("bc")("abc"));
  CHECK_FALSE(dstream::ends_with("abc")("bc"));
  CHECK(dstream::equals("a\0b"sv)("a\0b"sv));
  CHECK_FALSE(dstream::equals("a")("a\0"sv));
}

TEST_CASE("trim takes ASCII white space away and nothing else", "[text]") {
  CHECK(dstream::trim(" \t\n\v\f\ra b\r\n ") == "a b");
  CHECK(dstream::trim_left("  a ") == "a ");
  CHECK(dstream::trim_right(" a  ") == " a");
  CHECK(dstream::trim("   ").empty());
  CHECK(dstream::trim("").empty());
  CHECK(dstream::trim("\0a\xA0"sv) == "\0a\xA0"sv);
}

TEST_CASE("to_lower_ascii leaves other bytes alone", "[text]") {
  CHECK(dstream::to_lower_ascii("AZaz@[`{ \xC3\x84") == "azaz@[`{ \xC3\x84");
  CHECK(dstream::to_lower_ascii("").empty());
}

TEST_CASE("parse takes whole numbers only", "[text]") {
  CHECK(parse<std::int64_t>("0") == 0);
  CHECK(parse<std::int64_t>("+17") == 17);
  CHECK(parse<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(parse<std::uint8_t>("255") == std::uint8_t{255});
  for (const auto text :
       {"", "+", "-", "+-1", "++1", " 1", "1 ", "1.5", "0x1", "9223372036854775808", "a", "1a"}) {
    INFO(text);
    CHECK_FALSE(parse<std::int64_t>(text).has_value());
  }
  CHECK_FALSE(parse<std::int64_t>(std::string_view()).has_value());
  CHECK_FALSE(parse<std::int64_t>("1\0"sv).has_value());
  CHECK_FALSE(parse<std::uint8_t>("256").has_value());
  CHECK_FALSE(parse<std::uint8_t>("-1").has_value());
  CHECK(parse<double>("+1.5e3") == 1500.0);
  CHECK(parse<float>("-.25") == -0.25F);
  CHECK_FALSE(parse<double>("1e999").has_value());
  CHECK_FALSE(parse<double>("1.5 ").has_value());
}

using dstream::detail::make_text_key;
using dstream::detail::TextKey;

TextKey naive_key(std::string_view text) {
  unsigned char bytes[16] = {};
  if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
  bytes[15] = static_cast<unsigned char>(text.size() + 1);
  TextKey key;
  std::memcpy(&key, bytes, sizeof bytes);
  return key;
}

TEST_CASE("make_text_key pads with zeros and ends with the size plus one", "[text]") {
  const GuardedPage page;
  std::mt19937 random(3);
  for (std::size_t size = 0; size <= TextKey::kMostInline; ++size) {
    std::string text(size, '\0');
    // From the page's end back: every distance to the next page, and the page's first bytes.
    for (std::size_t distance = 0; distance + size <= page.size(); ++distance) {
      for (char& c : text) c = static_cast<char>(random());
      char* const place = page.end() - size - distance;
      std::memcpy(place, text.data(), size);
      if (make_text_key({place, size}) != naive_key(text)) FAIL("size " << size);
    }
  }
  CHECK(make_text_key({}) == naive_key(""));
  // An empty text that ends one page and so lies at the begin of the next.
  CHECK(make_text_key({page.end(), 0}) == naive_key(""));
  CHECK(make_text_key({page.begin(), 0}) == naive_key(""));
}

TEST_CASE("text keys are equal only for equal texts", "[text]") {
  CHECK(make_text_key("abc") == make_text_key("abc"s));
  CHECK_FALSE(make_text_key("") == TextKey{});
  CHECK_FALSE(make_text_key("a") == make_text_key("a\0"sv));
  CHECK_FALSE(make_text_key("abcdefgh1") == make_text_key("abcdefgh2"));
  CHECK_FALSE(make_text_key("1bcdefghi") == make_text_key("2bcdefghi"));
}

}  // namespace
