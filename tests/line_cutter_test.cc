#include <dstream/detail/block_generator.h>
#include <dstream/detail/line_cutter.h>

#include <cstddef>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/copy_lines.h"
#include "support/catch.h"
#include "support/guarded_page.h"
#include "support/random_text.h"
#include "support/source_probe.h"

namespace {

using dstream::detail::LineCopy;
using dstream::detail::LineCutter;
using dstream::detail::LineTaker;
using dstream::detail::TakenLines;
using namespace std::string_view_literals;

using Lines = std::vector<std::string>;
using TextBlock = dstream::detail::TypedOpenBlock<std::string_view>;

/// Takes lines one by one.
struct OneByOne {
  void record(std::string_view line) { lines.emplace_back(line); }
  Lines take() { return std::move(lines); }

  Lines lines;
};

/// Takes all lines of a text at once, as a receiver's block does.
struct AtOnce {
  void record(std::string_view line) { block.append(line); }
  TakenLines lines(std::string_view text, std::size_t max_bytes) {
    return block.append_lines(text, max_bytes);
  }
  Lines take() { return source_probe::read<std::string_view>(*block.finish()); }

  TextBlock block;
};

/// Cuts a stream that comes in pieces; keeps what the cutter is not done with, as a source does.
template <class Out>
struct Stream {
  explicit Stream(std::size_t max_bytes) : cutter(max_bytes) {}

  void feed(std::string_view piece, bool last = false) {
    held += piece;
    // Of its own memory, so that a look behind the end is noticed.
    const std::vector<char> bytes(held.begin(), held.end());
    const std::size_t used = cutter.cut({bytes.data(), bytes.size()}, last, LineTaker<Out>{out},
                                        [&](std::string_view) { ++overlong; });
    REQUIRE(used <= held.size());
    held.erase(0, used);
  }
  Lines lines(const std::vector<std::string_view>& pieces) {
    for (const auto piece : pieces) feed(piece);
    feed({}, true);
    return out.take();
  }

  LineCutter cutter;
  Out out{};
  std::string held;
  std::uint64_t overlong = 0;
};

template <class Out>
Lines lines_of(const std::vector<std::string_view>& pieces) {
  return Stream<Out>(100).lines(pieces);
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

}  // namespace

TEMPLATE_TEST_CASE("lines end at newlines, one carriage return before it dropped", "[line_cutter]",
                   OneByOne, AtOnce) {
  CHECK(lines_of<TestType>({""}).empty());
  CHECK(lines_of<TestType>({std::string_view()}).empty());
  CHECK(lines_of<TestType>({"a\nb\n"}) == Lines{"a", "b"});
  CHECK(lines_of<TestType>({"a\r\nb\r\r\n\r\n"}) == Lines{"a", "b\r", ""});
  CHECK(lines_of<TestType>({"\n\n"}) == Lines{"", ""});
  CHECK(lines_of<TestType>({"a\rb\n"}) == Lines{"a\rb"});
  CHECK(lines_of<TestType>({"a\0b\n\xFF\n"sv}) == Lines{std::string("a\0b", 3), "\xFF"});
}

TEMPLATE_TEST_CASE("a line may come in pieces", "[line_cutter]", OneByOne, AtOnce) {
  CHECK(lines_of<TestType>({"a", "b", "", "c\nd", "\n"}) == Lines{"abc", "d"});
  CHECK(lines_of<TestType>({"a\r", "\nb"}) == Lines{"a", "b"});
  CHECK(lines_of<TestType>({"a", "\n", "\n"}) == Lines{"a", ""});
}

TEMPLATE_TEST_CASE("an unfinished last line is delivered at the end, once", "[line_cutter]",
                   OneByOne, AtOnce) {
  Stream<TestType> stream(10);
  CHECK(stream.lines({"a\nb"}) == Lines{"a", "b"});
  CHECK(stream.lines({""}).empty());
  CHECK(stream.lines({"c\r"}) == Lines{"c"});
}

TEST_CASE("lines that are taken one by one are views into what was given", "[line_cutter]") {
  const std::string_view bytes = "one\ntwo\n";
  LineCutter cutter(10);
  std::vector<const char*> places;
  const auto keep = [&](std::string_view line) { places.push_back(line.data()); };
  CHECK(cutter.cut(bytes, false, keep, [](std::string_view) {}) == bytes.size());
  CHECK(places == std::vector<const char*>{bytes.data(), bytes.data() + 4});
}

TEMPLATE_TEST_CASE("an overlong line is dropped as a whole and counted once", "[line_cutter]",
                   OneByOne, AtOnce) {
  Stream<TestType> stream(4);
  SECTION("in one piece") {
    CHECK(stream.lines({"12345\nabcd\n123456\n\n12345\n12345\nabc\r\nabcd\r\n"}) ==
          Lines{"abcd", "", "abc"});
    CHECK(stream.overlong == 5);
  }
  SECTION("in many pieces") {
    CHECK(stream.lines({"123", "45", "678", "9\nabcd\n", "abcd", "\n"}) == Lines{"abcd", "abcd"});
    CHECK(stream.overlong == 1);
  }
  SECTION("unfinished") {
    CHECK(stream.lines({"a\n12345"}) == Lines{"a"});
    CHECK(stream.overlong == 1);
    CHECK(stream.lines({"b\n"}) == Lines{"b"});
    CHECK(stream.overlong == 1);
  }
}

TEMPLATE_TEST_CASE("what a cutter waits for is bounded", "[line_cutter]", OneByOne, AtOnce) {
  Stream<TestType> stream(1000);
  for (int i = 0; i < 100; ++i) {
    stream.feed(std::string(64, 'x'));
    REQUIRE(stream.held.size() <= 1000);
  }
  CHECK(stream.held.empty());
  CHECK(stream.overlong == 1);
  stream.feed("\nnext\n");
  CHECK(stream.out.take() == Lines{"next"});
}

TEMPLATE_TEST_CASE("any cut of a stream gives the same lines", "[line_cutter]", OneByOne, AtOnce) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t most = 1 + random() % 60;
    const std::string_view alphabet =
        round % 2 == 0 ? "abcdefgh\r\n" : "abcdefghijklmnopqrstuvwxyz\n";
    const std::string text = dstream::testing::random_text(random, random() % 400, alphabet);
    std::vector<std::string_view> pieces;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t size = random() % 200;
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(pieces.back().size());
    }
    const Expected expected = naive_lines(text, most);
    Stream<TestType> stream(most);
    if (stream.lines(pieces) != expected.lines) FAIL("lines differ in round " << round);
    if (stream.overlong != expected.overlong) FAIL("counts differ in round " << round);
  }
  SUCCEED();
}

TEST_CASE("blocks of text take over memory of earlier ones, and give it back", "[line_cutter]") {
  TextBlock open;
  const std::string text = [] {
    std::string lines;
    for (int i = 0; i < 20'000; ++i)
      lines += std::string(60, static_cast<char>('a' + i % 26)) + "\n";
    return lines;
  }();
  const Lines expected = naive_lines(text, 100).lines;
  dstream::detail::BlockPtr before;
  const auto next_block = [&] {
    CHECK(open.append_lines(text, 100).bytes == text.size());
    return open.finish();
  };
  const char* first = nullptr;
  for (int i = 0; i < 4; ++i) {
    const auto block = next_block();
    CHECK(source_probe::read<std::string_view>(*block) == expected);
    // The first block could not know how large it would become.
    const char* const data = static_cast<const dstream::detail::TextBlock&>(*block).data();
    if (i == 1) first = data;
    if (i > 1) CHECK(data == first);
  }
  // One that is still read keeps its memory.
  const auto kept = next_block();
  const auto other = next_block();
  CHECK(source_probe::read<std::string_view>(*kept) == expected);
  CHECK(static_cast<const dstream::detail::TextBlock&>(*other).data() != first);
  open.release_memory();
  CHECK(source_probe::read<std::string_view>(*next_block()) == expected);
}

TEST_CASE("copying lines stays inside the text and agrees with the plain form", "[line_cutter]") {
  using Copy = bool (*)(LineCopy&) noexcept;
  const auto copied = [](Copy copy_lines, std::string_view text, std::size_t most,
                         std::size_t max_offsets) {
    std::vector<char> out(text.size());
    std::vector<std::int32_t> offsets(max_offsets);
    LineCopy copy{text.data(),    text.data() + text.size(),    out.data(), out.data(),
                  offsets.data(), offsets.data() + max_offsets, most};
    const bool overlong = copy_lines(copy);
    offsets.resize(static_cast<std::size_t>(copy.offsets - offsets.data()));
    out.resize(static_cast<std::size_t>(copy.out - out.data()));
    return std::tuple(overlong, copy.begin - text.data(), offsets, out);
  };
  const dstream::testing::GuardedPage page;
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = dstream::testing::random_text(
        random, random() % 300, round % 3 == 0 ? "\r\n" : "abcdefghijklmnopqrstuvwxyz\r\n");
    const std::string_view at = round % 2 == 0 ? page.at_end(text) : page.at_begin(text);
    const std::size_t most = random() % 80;
    const std::size_t offsets = random() % 40;
    if (copied(&dstream::detail::copy_lines, at, most, offsets) !=
        copied(&dstream::detail::copy_lines_baseline, at, most, offsets)) {
      FAIL("the forms differ in round " << round);
    }
  }
  SUCCEED();
}
