#include <dstream/csv.h>
#include <dstream/error.h>

#include <cmath>
#include <limits>

#include "support/decoding.h"
#include "support/jobs.h"

namespace {

using decoding::Log;
using dstream::CsvOptions;
using dstream::Errc;
using namespace std::string_literals;

struct Trade {
  std::string_view symbol;
  double price = 0;
  std::int32_t size = 0;
  bool buy = false;
  std::optional<std::string> note;
};

std::string show(const Trade& t) {
  return std::string(t.symbol) + "/" + std::to_string(t.price).substr(0, 4) + "/" +
         std::to_string(t.size) + "/" + (t.buy ? "b" : "s") + "/" + (t.note ? *t.note : "none");
}

Log trades(std::string_view bytes, const CsvOptions& options = {}) {
  return decoding::log_of(dstream::csv<Trade>(options), bytes, show);
}

struct Pair {
  std::string_view a;
  std::string_view b;
};

Log pairs(std::string_view bytes, const CsvOptions& options = {.header = false}) {
  return decoding::log_of(dstream::csv<Pair>(options), bytes,
                          [](const Pair& p) { return std::string(p.a) + "|" + std::string(p.b); });
}

template <class T>
struct One {
  T value;
};

template <class T>
std::vector<T> values(const std::string& text) {
  std::vector<T> result;
  for (auto& record :
       dstream::testing::decode_all(dstream::csv<One<T>>({.header = false}), text).records) {
    result.push_back(std::move(record.value));
  }
  return result;
}

template <class T>
std::size_t bad_values(const std::string& text) {
  return dstream::testing::decode_all(dstream::csv<One<T>>({.header = false}), text).bad.size();
}

enum class Colour { red, green };

}  // namespace

template <>
struct dstream::FieldText<Colour> {
  static bool read(std::string_view text, Colour& to) {
    to = text == "green" ? Colour::green : Colour::red;
    return text == "green" || text == "red";
  }
};

TEST_CASE("csv: the header says which column is which field") {
  CHECK(trades("symbol,price,size,buy,note\nA,1.5,10,true,\nB,2,-3,0,hi\n") ==
        Log{"+A/1.50/10/b/none", "+B/2.00/-3/s/hi"});
  CHECK(trades("x, size ,\"buy\",symbol,price\r\n?,10,1,A,1.5\r\n?,11,1,B,1.5") ==
        Log{"+A/1.50/10/b/none", "+B/1.50/11/b/none"});
  CHECK(trades("\xef\xbb\xbfsymbol,price,size,buy\nA,1,1,1\n") == Log{"+A/1.00/1/b/none"});
  CHECK(trades("symbol,price,size,buy\n") == Log{});
  CHECK(trades("") == Log{});
}

TEST_CASE("csv: a header that does not fit makes every record bad, with the reason") {
  CHECK(
      trades("symbol,price,buy\nA,1,1\nB,2,1\n") ==
      Log{"-the header has no column \"size\"|A,1,1", "-the header has no column \"size\"|B,2,1"});
  CHECK(trades("symbol,price,size,size,buy\nA,1,1,1,1\n") ==
        Log{"-the header has several columns \"size\"|A,1,1,1,1"});
  CHECK(trades("\"symbol\"x,price\nA,1\n") ==
        Log{"-the header cannot be read: a quoted field goes on behind its closing quote|A,1"});
}

TEST_CASE("csv: records that cannot be read") {
  const std::string header = "symbol,price,size,buy\n";
  CHECK(trades(header + "A,x,1,1\n\nB,1,1,1\n") ==
        Log{"-column \"price\": \"x\" is not a number|A,x,1,1", "+B/1.00/1/b/none"});
  CHECK(trades(header + "A,1,2.5,1\nA,1,3000000000,1\nA,1,,1\n") ==
        Log{"-column \"size\": \"2.5\" is not a whole number in the field's range|A,1,2.5,1",
            "-column \"size\": \"3000000000\" is not a whole number in the field's "
            "range|A,1,3000000000,1",
            "-column \"size\": \"\" is not a whole number in the field's range|A,1,,1"});
  CHECK(trades(header + "A,1,1,yes\n") ==
        Log{"-column \"buy\": \"yes\" is not true or false|A,1,1,yes"});
  CHECK(trades(header + "A,1\nA,1,1,1,1\n,\n") ==
        Log{"-the record has 2 fields instead of 4|A,1",
            "-the record has 5 fields instead of 4|A,1,1,1,1",
            "-the record has 2 fields instead of 4|,"});
  CHECK(pairs("a,b,c\r\n") == Log{"-the record has 3 fields instead of 2|a,b,c"});
}

TEST_CASE("csv: quotes (RFC 4180)") {
  CHECK(pairs("\"a\",\"b\"\n\"a,1\",\"b\nc\"\n\"\"\"x\"\"\",\"\"\n") ==
        Log{"+a|b", "+a,1|b\nc", "+\"x\"|"});
  CHECK(pairs("a\"b,c\"\n") == Log{"+a\"b|c\""});  // only a field's begin opens quotes
  CHECK(pairs("\"a\r\nb\",c\r\n") == Log{"+a\r\nb|c"});
  CHECK(pairs("\"a\"x,b\nc,d\n") ==
        Log{"-a quoted field goes on behind its closing quote|\"a\"x,b", "+c|d"});
  CHECK(pairs("x,y\n\"a,b\n") == Log{"+x|y", "-a quoted field has no closing quote|\"a,b\n"});
  CHECK(pairs("'a,b';\"c\"\n", {.separator = ';', .quote = '\'', .header = false}) ==
        Log{"+a,b|\"c\""});
  CHECK(pairs("\"a\",b\n", {.quote = '\0', .header = false}) == Log{"+\"a\"|b"});
  CHECK(pairs("\"a\nb\",c\nd,e\n", {.header = false, .multiline = false}) ==
        Log{"-a quoted field has no closing quote|\"a", "+b\"|c", "+d|e"});
}

TEST_CASE("csv: an empty field, and one that is quoted and empty, in an optional") {
  struct Row {
    int id;
    std::optional<std::string> text;
    std::optional<int> number;
  };
  const auto rows =
      dstream::testing::decode_all(dstream::csv<Row>({.header = false}), "1,,\n2,\"\",7\n3,x,8\n");
  REQUIRE(rows.records.size() == 3);
  CHECK_FALSE(rows.records[0].text.has_value());
  CHECK_FALSE(rows.records[0].number.has_value());
  CHECK(rows.records[1].text == "");
  CHECK(rows.records[1].number == 7);
  CHECK(rows.records[2].text == "x");
}

TEST_CASE("csv: numbers are read exactly") {
  using Limits = std::numeric_limits<std::int64_t>;
  CHECK(values<std::int64_t>("9223372036854775807\n-9223372036854775808\n+5\n-0\n007\n") ==
        std::vector<std::int64_t>{Limits::max(), Limits::min(), 5, 0, 7});
  CHECK(bad_values<std::int64_t>("9223372036854775808\n--1\n+-1\n1 \n-\n0x1\n") == 6);
  CHECK(values<std::uint8_t>("255\n0\n") == std::vector<std::uint8_t>{255, 0});
  CHECK(bad_values<std::uint8_t>("256\n-1\n") == 2);
  for (const char* const text :
       {"0.1", "-0.0", "123.456", "9007199254740993", "0.30000000000000004", "1e22", "5e-324",
        "inf", "123456789012345", "0.000000000000001", "3.14159265358979", "-7.5", "1."}) {
    CAPTURE(text);
    const auto read = values<double>(std::string(text) + "\n");
    if (std::string(text) == "1.") continue;  // as from_chars has it
    REQUIRE(read.size() == 1);
    CHECK(read[0] == std::strtod(text, nullptr));
    CHECK(std::signbit(read[0]) == std::signbit(std::strtod(text, nullptr)));
  }
  CHECK(bad_values<double>("1,5\nx\n.\n-\n1e\n") == 5);
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = std::to_string(random() >> (random() % 60)) + "." +
                             std::to_string(random() >> (random() % 60));
    double value = 0;
    REQUIRE(dstream::detail::read_number(text, value));
    REQUIRE(value == std::strtod(text.c_str(), nullptr));
  }
}

TEST_CASE("csv: bool, and types with a FieldText") {
  CHECK(values<bool>("true\nFalse\n1\n0\nTRUE\n") ==
        std::vector<bool>{true, false, true, false, true});
  CHECK(values<Colour>("green\nred\n") == std::vector<Colour>{Colour::green, Colour::red});
  CHECK(bad_values<Colour>("blue\n") == 1);
}

TEST_CASE("csv: records that are too long") {
  const CsvOptions options{.header = false, .max_bytes = 10};
  const std::string why = "-the record is longer than max_bytes|";
  CHECK(pairs("12345,7890\n123456,8901\na,b\n", options) ==
        Log{"+12345|7890", why + "123456,8901", "+a|b"});
  CHECK(pairs("\"1234567890\n12\",3\na,b\n", options) ==
        Log{why + "\"1234567890", "+12\"|3", "+a|b"});
  CHECK(pairs(std::string(5000, 'x'), options) == Log{why + std::string(11, 'x')});
}

TEST_CASE("csv: NUL and invalid UTF-8 are text like any other") {
  CHECK(pairs("a\0b,\xff\xc3\n"s) == Log{"+a\0b|\xff\xc3"s});
}

TEST_CASE("csv: options that contradict each other") {
  CHECK(jobs::code_of([] { dstream::csv<Pair>({.separator = '"'}); }) == Errc::invalid_argument);
  CHECK(jobs::code_of([] { dstream::csv<Pair>({.separator = '\n'}); }) == Errc::invalid_argument);
  CHECK(jobs::code_of([] { dstream::csv<Pair>({.max_bytes = 0}); }) == Errc::invalid_argument);
}

TEST_CASE("csv: pieces of a file are decoded alone only where no field holds a line end") {
  CHECK_FALSE(dstream::csv<Pair>().split_rule().at_newlines);
  CHECK(dstream::csv<Pair>({.multiline = false}).split_rule().header);
  CHECK(dstream::csv<Pair>({.quote = '\0', .header = false}).split_rule().at_newlines);
}

TEST_CASE("csv: many records, plain, quoted and bad, in any mixture") {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    std::string bytes;
    Log wanted;
    for (int i = 0; i < 200; ++i) {
      switch (random() % 6) {
        case 0:
          bytes += "\"q\"\"" + std::to_string(i) + "\",\"x\ny\"\n";
          wanted.push_back("+q\"" + std::to_string(i) + "|x\ny");
          break;
        case 1:
          bytes += "a,b,c\n";
          wanted.push_back("-the record has 3 fields instead of 2|a,b,c");
          break;
        case 2:
          bytes += "\r\n";
          break;
        default:
          bytes += "p" + std::to_string(i) + ",r\r\n";
          wanted.push_back("+p" + std::to_string(i) + "|r");
      }
    }
    CHECK(decoding::log_of(dstream::csv<Pair>({.header = false}), bytes, {}, [](const Pair& p) {
            return std::string(p.a) + "|" + std::string(p.b);
          }) == wanted);
    if (round == 0) CHECK(pairs(bytes) == wanted);
  }
}
