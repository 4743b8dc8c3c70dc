#include "base/text_search.h"

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/guarded_page.h"
#include "support/random_text.h"

namespace {

using dstream::contains;
using dstream::testing::GuardedPage;
using dstream::testing::random_text;
using namespace std::string_view_literals;

using Words = std::vector<std::string_view>;

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

}  // namespace
