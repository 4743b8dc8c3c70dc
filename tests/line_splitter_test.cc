#include <dstream/detail/line_splitter.h>

#include <cstddef>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "support/guarded_page.h"

namespace {

using dstream::detail::find_newline;
using dstream::detail::LineSplitter;
using namespace std::string_view_literals;

using Lines = std::vector<std::string>;

/// The lines of a stream that arrives in the given pieces.
Lines lines_of(LineSplitter& splitter, const std::vector<std::string_view>& pieces) {
  Lines lines;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  for (const auto piece : pieces) splitter.feed(piece, keep);
  splitter.finish(keep);
  return lines;
}

Lines lines_of(const std::vector<std::string_view>& pieces) {
  LineSplitter splitter(100);
  return lines_of(splitter, pieces);
}

struct Expected {
  Lines lines;
  std::uint64_t overlong = 0;
};

Expected naive_lines(std::string_view text, std::size_t most) {
  Expected expected;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == text.npos ? text.size() : newline + 1);
    if (line.size() > most) {
      ++expected.overlong;
      continue;
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    expected.lines.emplace_back(line);
  }
  return expected;
}

TEST_CASE("find_newline gives the end if there is none", "[line_splitter]") {
  const dstream::testing::GuardedPage page;
  for (std::size_t size = 0; size <= 70; ++size) {
    const std::string_view text = page.at_end(std::string(size, 'x'));
    const char* const end = text.data() + size;
    CHECK(find_newline(text.data(), end) == end);
    for (char* p = page.end() - size; p != page.end(); ++p) {
      *p = '\n';
      CHECK(find_newline(text.data(), end) == p);
      *p = 'x';
    }
  }
  CHECK(find_newline(nullptr, nullptr) == nullptr);
}

TEST_CASE("lines end at newlines, one carriage return before it dropped", "[line_splitter]") {
  CHECK(lines_of({""}).empty());
  CHECK(lines_of({std::string_view()}).empty());
  CHECK(lines_of({"a\nb\n"}) == Lines{"a", "b"});
  CHECK(lines_of({"a\r\nb\r\r\n\r\n"}) == Lines{"a", "b\r", ""});
  CHECK(lines_of({"\n\n"}) == Lines{"", ""});
  CHECK(lines_of({"a\rb\n"}) == Lines{"a\rb"});
  CHECK(lines_of({"a\0b\n\xFF\n"sv}) == Lines{std::string("a\0b", 3), "\xFF"});
}

TEST_CASE("a line may come in pieces", "[line_splitter]") {
  CHECK(lines_of({"a", "b", "", "c\nd", "\n"}) == Lines{"abc", "d"});
  CHECK(lines_of({"a\r", "\nb"}) == Lines{"a", "b"});
  CHECK(lines_of({"a", "\n", "\n"}) == Lines{"a", ""});
}

TEST_CASE("an unfinished last line is delivered at the end, once", "[line_splitter]") {
  LineSplitter splitter(10);
  CHECK(lines_of(splitter, {"a\nb"}) == Lines{"a", "b"});
  CHECK(lines_of(splitter, {""}).empty());
  CHECK(lines_of(splitter, {"c\r"}) == Lines{"c"});
}

TEST_CASE("whole lines are views into what was fed", "[line_splitter]") {
  const std::string_view bytes = "one\ntwo\n";
  LineSplitter splitter(10);
  std::vector<const char*> places;
  splitter.feed(bytes, [&](std::string_view line) { places.push_back(line.data()); });
  CHECK(places == std::vector<const char*>{bytes.data(), bytes.data() + 4});
}

TEST_CASE("an overlong line is dropped as a whole and counted once", "[line_splitter]") {
  LineSplitter splitter(4);
  SECTION("in one piece") {
    CHECK(lines_of(splitter, {"12345\nabcd\n123456\n"}) == Lines{"abcd"});
    CHECK(splitter.overlong() == 2);
  }
  SECTION("in many pieces") {
    CHECK(lines_of(splitter, {"123", "45", "678", "9\nabcd\n", "abcd", "\n"}) ==
          Lines{"abcd", "abcd"});
    CHECK(splitter.overlong() == 1);
  }
  SECTION("unfinished") {
    CHECK(lines_of(splitter, {"a\n12345"}) == Lines{"a"});
    CHECK(splitter.overlong() == 1);
    CHECK(lines_of(splitter, {"b\n"}) == Lines{"b"});
    CHECK(splitter.overlong() == 1);
  }
}

TEST_CASE("what is held is bounded", "[line_splitter]") {
  LineSplitter splitter(1000);
  const auto none = [](std::string_view) { throw std::logic_error("no line is complete"); };
  for (int i = 0; i < 100; ++i) {
    splitter.feed(std::string(64, 'x'), none);
    REQUIRE(splitter.held_bytes() <= 1000);
  }
  // Of the overlong line only what will be reported.
  CHECK(splitter.held_bytes() == LineSplitter::kPrefix);
}

TEST_CASE("a callback that throws leaves no part of its line behind", "[line_splitter]") {
  LineSplitter splitter(100);
  const auto refuse = [](std::string_view) { throw std::runtime_error("refused"); };
  splitter.feed("half ", refuse);
  CHECK_THROWS_AS(splitter.feed("line\n", refuse), std::runtime_error);
  CHECK(lines_of(splitter, {"next\n"}) == Lines{"next"});
}

TEST_CASE("any cut of a stream gives the same lines", "[line_splitter]") {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = "abcdefgh\r\n"[random() % 10];
    std::vector<std::string_view> pieces;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t size = random() % 20;
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(pieces.back().size());
    }
    const std::size_t most = 1 + random() % 30;
    const Expected expected = naive_lines(text, most);
    LineSplitter splitter(most);
    if (lines_of(splitter, pieces) != expected.lines) FAIL("lines differ");
    if (splitter.overlong() != expected.overlong) FAIL("counts differ");
  }
  SUCCEED();
}

}  // namespace
