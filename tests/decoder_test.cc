#include <dstream/detail/find_bytes.h>
#include <dstream/error.h>
#include <dstream/fixed_records.h>
#include <dstream/frames.h>
#include <dstream/lines.h>

#include <algorithm>
#include <stdexcept>

#include "support/decoding.h"
#include "support/guarded_page.h"
#include "support/jobs.h"
#include "support/random_text.h"

namespace {

using decoding::Log;
using decoding::text_log;
using dstream::Errc;
using namespace std::string_literals;

const std::string kLong = "-the line is longer than max_bytes|";

// A decoder of the user's own: numbers that end at ';'.
struct Numbers {
  using Record = int;

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    std::size_t begin = 0;
    for (std::size_t end; (end = bytes.find(';', begin)) != bytes.npos; begin = end + 1) {
      const std::string text(bytes.substr(begin, end - begin));
      if (text == "boom") throw std::runtime_error("boom");
      if (text.empty() || text.find_first_not_of("0123456789") != text.npos) {
        out.bad("not a number", text);
      } else {
        out.record(std::stoi(text));
      }
    }
    if (last && begin != bytes.size()) out.bad("cut off", bytes.substr(begin));
    return last ? bytes.size() : begin;
  }
};

struct NoDecode {
  using Record = int;
};
struct TakesTooMuch {
  using Record = int;
  template <class Out>
  std::size_t decode(std::string_view bytes, bool, Out&) {
    return bytes.size() + 1;
  }
};
struct LeavesSomething {
  using Record = int;
  template <class Out>
  std::size_t decode(std::string_view, bool, Out&) {
    return 0;
  }
};

static_assert(dstream::Decoder<Numbers> && dstream::Decoder<dstream::Lines> &&
              dstream::Decoder<dstream::Frames> && dstream::Decoder<dstream::FixedRecords>);
static_assert(!dstream::Decoder<NoDecode> && !dstream::Decoder<int>);

std::string frame(std::uint64_t length, std::string_view content, std::size_t bytes = 4,
                  bool big = true) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) {
    text[big ? bytes - 1 - i : i] = static_cast<char>(length >> (8 * i));
  }
  return text + std::string(content);
}

}  // namespace

TEST_CASE("lines: ends, the last line, any byte") {
  struct Case {
    std::string bytes;
    Log log;
  };
  const std::vector<Case> cases = {
      {"", {}},
      {"\n", {"+"}},
      {"a", {"+a"}},
      {"a\nbb\n", {"+a", "+bb"}},
      {"a\r\n\r\n\r", {"+a", "+", "+"}},
      {"a\rb\r\r\n", {"+a\rb\r"}},
      {"a\0b\n\xff\xfe\xc3\n\x80"s, {"+a\0b"s, "+\xff\xfe\xc3", "+\x80"}},
      {std::string(200, 'x') + "\n" + std::string(3000, 'y'),
       {"+" + std::string(200, 'x'), "+" + std::string(3000, 'y')}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.bytes);
    CHECK(text_log(dstream::lines(), c.bytes) == c.log);
  }
}

TEST_CASE("lines: those that are too long are skipped and reported once") {
  const auto lines = dstream::lines({.max_bytes = 4});
  CHECK(text_log(lines, "1234\n12345\nab\n") == Log{"+1234", kLong + "12345", "+ab"});
  CHECK(text_log(lines, "1234\r\nab") == Log{kLong + "1234\r", "+ab"});
  CHECK(text_log(lines, std::string(5000, 'x') + "\nab\n" + std::string(99, 'y')) ==
        Log{kLong + "xxxxx", "+ab", kLong + "yyyyy"});
  const std::string big(2000, 'z');
  CHECK(text_log(dstream::lines({.max_bytes = 1000}), big) == Log{kLong + big.substr(0, 256)});
}

TEST_CASE("lines and a plain loop agree on random text") {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const std::string text = dstream::testing::random_text(random, random() % 300, "ab\r\n");
    const std::size_t most = 1 + random() % 40;
    Log wanted;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.size() > most) {
        wanted.push_back(kLong + std::string(line.substr(0, most + 1)));
      } else {
        if (line.ends_with('\r')) line.remove_suffix(1);
        wanted.push_back("+" + std::string(line));
      }
    }
    CHECK(text_log(dstream::lines({.max_bytes = most}), text) == wanted);
  }
}

TEST_CASE("frames: lengths of 1, 2, 4 and 8 bytes in both orders") {
  for (const std::size_t bytes : {1U, 2U, 4U, 8U}) {
    for (const bool big : {true, false}) {
      const auto frames =
          dstream::frames({.length_bytes = bytes, .big_endian = big, .max_bytes = 9});
      const auto f = [&](std::uint64_t n, std::string_view text) {
        return frame(n, text, bytes, big);
      };
      CHECK(text_log(frames, f(2, "ab") + f(0, "") + f(9, "123456789")) ==
            Log{"+ab", "+", "+123456789"});
      CHECK(text_log(frames, f(10, "0123456789") + f(1, "a")) ==
            Log{"-the frame is longer than max_bytes|" + f(10, ""), "+a"});
      CHECK(text_log(frames, f(1, "a") + f(3, "ab")) ==
            Log{"+a", "-the last frame is cut off|" + f(3, "ab")});
      CHECK(text_log(frames, f(200, "ab")) ==
            Log{"-the frame is longer than max_bytes|" + f(200, "")});
    }
  }
  CHECK(text_log(dstream::frames(), std::string("\0\0", 2)) ==
        Log{"-the last frame is cut off|\0\0"s});
  // A length that no memory could hold is skipped, not waited for.
  CHECK(text_log(dstream::frames({.length_bytes = 8}), std::string(8, '\xff') + "rest").size() ==
        1);
  CHECK(jobs::code_of([] { dstream::frames({.length_bytes = 3}); }) == Errc::invalid_argument);
}

TEST_CASE("fixed records") {
  CHECK(text_log(dstream::fixed_records(3), "abcdef") == Log{"+abc", "+def"});
  CHECK(text_log(dstream::fixed_records(3), "abcde") ==
        Log{"+abc", "-the last record is cut off|de"});
  CHECK(text_log(dstream::fixed_records(1), "") == Log{});
  CHECK(jobs::code_of([] { dstream::fixed_records(0); }) == Errc::invalid_argument);
}

TEST_CASE("a decoder of one's own is tested without a context") {
  const auto decoded = dstream::testing::decode_all(Numbers(), "1;22;x;333;4", 2);
  CHECK(decoded.records == std::vector<int>{1, 22, 333});
  CHECK(decoded.bad ==
        std::vector<dstream::testing::BadInput>{{"not a number", "x"}, {"cut off", "4"}});
  CHECK_THROWS_AS(dstream::testing::decode_all(Numbers(), "1;boom;"), std::runtime_error);
  CHECK(jobs::code_of([] { dstream::testing::decode_all(TakesTooMuch(), "a"); }) ==
        Errc::illegal_state);
  CHECK(jobs::code_of([] { dstream::testing::decode_all(LeavesSomething(), "a"); }) ==
        Errc::illegal_state);
}

TEST_CASE("bytes are found where they are, and nothing else is read") {
  using dstream::detail::find_bytes;
  const dstream::testing::GuardedPage page;
  std::mt19937 random(5);
  for (std::size_t size = 0; size < 400; ++size) {
    const std::string text = dstream::testing::random_text(random, size, "a,\n\"xyz");
    std::vector<std::uint32_t> one, three;
    for (std::uint32_t i = 0; i < size; ++i) {
      if (text[i] == '\n') one.push_back(i);
      if (text[i] == '\n' || text[i] == ',' || text[i] == '"') three.push_back(i);
    }
    for (const std::string_view placed : {page.at_end(text), page.at_begin(text)}) {
      std::vector<std::uint32_t> found(size + dstream::detail::kFindSlack);
      found.resize(find_bytes(placed.data(), size, '\n', found.data()));
      CHECK(found == one);
      found.resize(size + dstream::detail::kFindSlack);
      found.resize(find_bytes(placed.data(), size, {',', '\n', '"'}, found.data()));
      CHECK(found == three);
    }
  }
}
